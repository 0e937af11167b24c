// Package process runs servers under test as processes of their own, kills
// them, and reads from /proc what they and others use.
package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"goddard/test/internal/wire"
)

// A Server is a broker with its name server. Its methods are not for several
// goroutines at the same time, but for the addresses.
type Server interface {
	// Start starts what does not run, on the addresses and data of the last
	// time, and returns before it serves.
	Start() error
	// Kill sends SIGKILL to the broker and returns when it is gone.
	Kill() error
	// Stop stops everything cleanly.
	Stop() error

	Name() string
	// NameServer and Broker are addresses; they do not change.
	NameServer() string
	Broker() string
	// BrokerPID is the broker's process. NameServerPID is 0 when it is the
	// same.
	BrokerPID() int
	NameServerPID() int
}

// AwaitServing waits until a server acknowledges a message, as a client that
// starts now would find out: it asks the name server for the broker and sends.
func AwaitServing(ctx context.Context, s Server, topic string) error {
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		err := sendOnce(ctx, s.NameServer(), topic)
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve: %w", s.Name(), err)
		}
	}
}

func sendOnce(ctx context.Context, nameServer, topic string) error {
	broker, err := wire.Broker(ctx, nameServer, "TBW102")
	if err != nil {
		return err
	}
	c, err := wire.Dial(ctx, broker)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	sender := wire.Sender{Serialization: wire.JSON, Topic: topic, Queues: 1}
	request, _ := sender.Append(nil, 1, []byte("first"), time.Now())
	if _, err := c.Write(request); err != nil {
		return err
	}
	reply, _, err := c.Reply()
	if err != nil {
		return err
	}
	if reply.Code != wire.CodeOK {
		return fmt.Errorf("code %d: %s", reply.Code, reply.Remark)
	}
	return nil
}

// freePorts finds a port for a name server and one for a broker. The broker
// also uses the port two below its own and the one above. They stay below
// those that the system hands out by itself.
func freePorts() (nameServer, broker int, err error) {
	for port := 20_000 + int(time.Now().UnixNano()%9_000); port < 32_000; port += 8 {
		if isFree(port-4) && isFree(port-2) && isFree(port) && isFree(port+1) {
			return port - 4, port, nil
		}
	}
	return 0, 0, errors.New("no free ports found")
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", address(port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func address(port int) string { return fmt.Sprint("127.0.0.1:", port) }
