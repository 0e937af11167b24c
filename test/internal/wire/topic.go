package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// ErrNoRoute is returned by Broker when the name server knows no broker that
// has the topic.
var ErrNoRoute = errors.New("no route")

// Broker asks a name server for the address of a broker that serves topic.
// TBW102 is a topic that every broker has.
func Broker(ctx context.Context, nameServer, topic string) (string, error) {
	r, err := call(ctx, nameServer, codeRoute, []Field{{"topic", topic}, {"acceptStandardJsonOnly", "true"}})
	if err != nil {
		return "", err
	}
	if r.Code == CodeUnknownTopic {
		return "", ErrNoRoute
	}
	if r.Code != CodeOK {
		return "", fmt.Errorf("route of %s: code %d: %s", topic, r.Code, r.Remark)
	}
	var route struct {
		BrokerDatas []struct {
			BrokerAddrs map[string]string `json:"brokerAddrs"`
		} `json:"brokerDatas"`
	}
	if err := json.Unmarshal(r.Body, &route); err != nil {
		return "", fmt.Errorf("route of %s: %q: %w", topic, r.Body, err)
	}
	for _, broker := range route.BrokerDatas {
		if master, ok := broker.BrokerAddrs["0"]; ok {
			return master, nil
		}
	}
	return "", ErrNoRoute
}

// CreateTopic makes a topic, or changes the number of its queues.
func CreateTopic(ctx context.Context, broker, topic string, queues int) error {
	n := strconv.Itoa(queues)
	r, err := call(ctx, broker, codeCreateTopic, []Field{
		{"topic", topic}, {"defaultTopic", "TBW102"}, {"readQueueNums", n}, {"writeQueueNums", n}, {"perm", "6"},
		{"topicFilterType", "SINGLE_TAG"}, {"topicSysFlag", "0"}, {"order", "false"},
	})
	if err != nil {
		return err
	}
	if r.Code != CodeOK {
		return fmt.Errorf("create topic %s: code %d: %s", topic, r.Code, r.Remark)
	}
	return nil
}

// MaxOffset asks for the offset that the next message of a queue gets.
func MaxOffset(ctx context.Context, broker, topic string, queue int) (int64, error) {
	r, err := call(ctx, broker, codeMaxOffset, []Field{{"topic", topic}, {"queueId", strconv.Itoa(queue)}})
	if err != nil {
		return 0, err
	}
	if r.Code != CodeOK {
		return 0, fmt.Errorf("maximum offset of %s/%d: code %d: %s", topic, queue, r.Code, r.Remark)
	}
	return strconv.ParseInt(r.Fields["offset"], 10, 64)
}

// Messages is the sum of the queues' maximum offsets: how many messages a
// topic ever got.
func Messages(ctx context.Context, broker, topic string, queues int) (int64, error) {
	var sum int64
	for queue := range queues {
		n, err := MaxOffset(ctx, broker, topic, queue)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}
