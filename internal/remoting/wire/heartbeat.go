package wire

import (
	"strconv"
	"strings"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A Heartbeat is the body of HEART_BEAT.
type Heartbeat struct {
	ClientID    mq.ClientID    `json:"clientID"`
	Consumers   []ConsumerData `json:"consumerDataSet"`
	Fingerprint int32          `json:"heartbeatFingerprint"`
	Producers   []ProducerData `json:"producerDataSet"`
	WithoutSub  bool           `json:"withoutSub"`
}

// ConsumerData is what a heartbeat says of a consumer group.
type ConsumerData struct {
	From          mq.ConsumeFrom     `json:"consumeFromWhere"`
	Type          mq.ConsumeType     `json:"consumeType"`
	Group         mq.Group           `json:"groupName"`
	Model         mq.MessageModel    `json:"messageModel"`
	Subscriptions []SubscriptionData `json:"subscriptionDataSet"`
	UnitMode      bool               `json:"unitMode"`
}

// ProducerData is what a heartbeat says of a producer group.
type ProducerData struct {
	Group mq.Group `json:"groupName"`
}

// SubscriptionData is a subscription.
type SubscriptionData struct {
	ClassFilter    bool              `json:"classFilterMode"`
	Codes          []TagsCode        `json:"codeSet"`
	ExpressionType mq.ExpressionType `json:"expressionType"`
	Expression     string            `json:"subString"`
	Version        int64             `json:"subVersion"`
	Tags           []string          `json:"tagsSet"`
	Topic          mq.Topic          `json:"topic"`
}

// A TagsCode is the hash of a tag. The Go client writes it as a text.
type TagsCode int64

// UnmarshalJSON reads a number or the text of one.
func (c *TagsCode) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	*c = TagsCode(n)
	return err
}

// ParseHeartbeat reads the body.
func ParseHeartbeat(b []byte) (Heartbeat, error) {
	var h Heartbeat
	err := unmarshal(b, &h)
	return h, err
}

// A HeartbeatResult is the header of the answer to a heartbeat.
type HeartbeatResult struct{ SubscriptionChanged bool }

// AppendFields implements remoting.Header.
func (h HeartbeatResult) AppendFields(w *remoting.FieldWriter) {
	w.Bool("IS_SUB_CHANGE", h.SubscriptionChanged)
	w.Bool("IS_SUPPORT_HEART_BEAT_V2", true)
}

// An UnregisterClient is the header of UNREGISTER_CLIENT.
type UnregisterClient struct {
	ClientID      mq.ClientID
	ProducerGroup mq.Group // may be empty
	ConsumerGroup mq.Group // may be empty
}

// ParseUnregisterClient reads the header.
func ParseUnregisterClient(f remoting.Fields) (UnregisterClient, error) {
	r := fieldReader{f: f}
	h := UnregisterClient{
		ClientID: mq.ClientID(r.text("clientID")), ProducerGroup: mq.Group(r.optional("producerGroup")), ConsumerGroup: mq.Group(r.optional("consumerGroup")),
	}
	return h, r.err
}

// A GroupRequest is the header of a request about a consumer group.
type GroupRequest struct{ Group mq.Group }

// ParseGroupRequest reads the header.
func ParseGroupRequest(f remoting.Fields) (GroupRequest, error) {
	r := fieldReader{f: f}
	h := GroupRequest{Group: mq.Group(r.text("consumerGroup"))}
	return h, r.err
}

// AppendFields implements remoting.Header.
func (h GroupRequest) AppendFields(w *remoting.FieldWriter) {
	w.String("consumerGroup", string(h.Group))
}

// ConsumerIDs is the body of the answer to GET_CONSUMER_LIST_BY_GROUP.
type ConsumerIDs struct {
	IDs []mq.ClientID `json:"consumerIdList"`
}

// A ClientConfig is the body of CHECK_CLIENT_CONFIG.
type ClientConfig struct {
	ClientID     mq.ClientID      `json:"clientId"`
	Group        mq.Group         `json:"group"`
	Namespace    string           `json:"namespace"`
	Subscription SubscriptionData `json:"subscriptionData"`
}

// ParseClientConfig reads the body.
func ParseClientConfig(b []byte) (ClientConfig, error) {
	var c ClientConfig
	err := unmarshal(b, &c)
	return c, err
}
