package goddard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"goddard/internal/message"
	"goddard/internal/netx"
	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
	"goddard/internal/vfs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A shop is a server in memory with a client.
type shop struct {
	t      *testing.T
	server *Server
	client *remoting.Client
}

// start starts a server on a disk and a network in memory.
func start(t *testing.T, fsys vfs.FS, network netx.Network, set ...string) *shop {
	t.Helper()
	s, err := Start(t.Context(), Options{
		Data: "data", FS: fsys, Network: network, Set: append([]string{"nameserver.listenPort=0", "broker.listenPort=0", "broker.mappedFileSizeCommitLog=8388608"}, set...),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &shop{t: t, server: s, client: remoting.NewClient(remoting.ClientOptions{Network: network})}
}

func (s *shop) close() {
	s.t.Helper()
	if err := s.client.Close(); err != nil {
		s.t.Error(err)
	}
	if err := s.server.Close(); err != nil {
		s.t.Error(err)
	}
}

func (s *shop) call(code remoting.RequestCode, h remoting.Header, body []byte) *remoting.Command {
	s.t.Helper()
	return s.callAt(s.server.Addresses().Broker, code, h, body)
}

func (s *shop) callAt(address string, code remoting.RequestCode, h remoting.Header, body []byte) *remoting.Command {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	c, err := s.client.Call(ctx, address, code, h, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func send(topic, properties string) *wire.SendMessage {
	return &wire.SendMessage{
		Group: []byte("producers"), Topic: []byte(topic), DefaultTopic: []byte("TBW102"), DefaultQueues: 1, BornTime: 1, Properties: []byte(properties), MaxReconsumeTimes: -1,
	}
}

func (s *shop) send(topic, properties, body string) *remoting.Command {
	s.t.Helper()
	return s.call(remoting.SendMessage, send(topic, properties), []byte(body))
}

func (s *shop) mustSend(topic, properties, body string) {
	s.t.Helper()
	if c := s.send(topic, properties, body); c.Code != 0 {
		s.t.Fatalf("send to %s: %d %s", topic, c.Code, c.Remark)
	}
}

func pull(topic, expression string, offset int64) *wire.PullMessage {
	return &wire.PullMessage{
		Group: []byte("group"), Topic: []byte(topic), Offset: offset, Max: 32, SysFlag: wire.PullSubscription, Subscription: []byte(expression), ExpressionType: []byte("TAG"),
	}
}

func bodies(t *testing.T, b []byte) (found []string) {
	t.Helper()
	for len(b) > 0 {
		m, n, err := message.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, string(m.Body))
		b = b[n:]
	}
	return found
}

func want(t *testing.T, c *remoting.Command, code remoting.ResponseCode, remark string) {
	t.Helper()
	if c.Code != int32(code) || !strings.Contains(string(c.Remark), remark) {
		t.Errorf("answer %d %q, want %d with %q", c.Code, c.Remark, code, remark)
	}
}

func TestSendPullAndRestart(t *testing.T) {
	for _, flush := range []string{"ASYNC_FLUSH", "SYNC_FLUSH"} {
		t.Run(flush, func(t *testing.T) {
			fsys := vfs.NewMem()
			s := start(t, fsys, netx.NewMem(), "broker.flushDiskType="+flush)
			for i := range 3 {
				s.mustSend("orders", fmt.Sprintf("TAGS\x01%c\x02", 'a'+i%2), fmt.Sprint(i))
			}
			check := func(s *shop) {
				t.Helper()
				if got := bodies(t, s.call(remoting.PullMessage, pull("orders", "*", 0), nil).Body); fmt.Sprint(got) != "[0 1 2]" {
					t.Errorf("pulled %v", got)
				}
				if got := bodies(t, s.call(remoting.PullMessage, pull("orders", "b || c", 0), nil).Body); fmt.Sprint(got) != "[1]" {
					t.Errorf("pulled by tag: %v", got)
				}
			}
			check(s)
			// A power cut now: only what was synced is left.
			crashed := fsys.Crash(vfs.NothingUnsynced)
			s.close()
			again := start(t, fsys, netx.NewMem(), "broker.flushDiskType="+flush)
			check(again)
			again.close()
			if flush == "SYNC_FLUSH" {
				after := start(t, crashed, netx.NewMem())
				check(after)
				after.close()
			}
		})
	}
}

func TestALongPollIsAnsweredByTheNextMessage(t *testing.T) {
	s := start(t, vfs.NewMem(), netx.NewMem())
	defer s.close()
	s.mustSend("orders", "TAGS\x01a\x02", "old")
	h := pull("orders", "b", 1)
	h.SysFlag |= wire.PullSuspend
	h.SuspendMS = 20_000
	answer := make(chan *remoting.Command, 1)
	go func() {
		c, err := s.client.Call(context.WithoutCancel(t.Context()), s.server.Addresses().Broker, remoting.PullMessage, h, nil)
		if err != nil {
			t.Error(err)
		}
		answer <- c
	}()
	for s.server.broker.Counters.Held.Load() == 0 {
		s.call(remoting.GetMaxOffset, wire.QueueRequest{Topic: "orders"}, nil)
	}
	s.mustSend("orders", "TAGS\x01a\x02", "not wanted")
	s.mustSend("orders", "TAGS\x01b\x02", "wanted")
	if c := <-answer; c == nil || fmt.Sprint(bodies(t, c.Body)) != "[wanted]" {
		t.Errorf("the long poll got %+v", c)
	}
}

func TestCommittedOffsetsSurvive(t *testing.T) {
	fsys := vfs.NewMem()
	s := start(t, fsys, netx.NewMem())
	s.mustSend("orders", "", "a")
	s.mustSend("orders", "", "b")
	heartbeat := wire.Marshal(wire.Heartbeat{ClientID: "c", Consumers: []wire.ConsumerData{{Group: "group", Model: "CLUSTERING", Subscriptions: []wire.SubscriptionData{{Topic: "orders", Expression: "*"}}}}})
	if c := s.call(remoting.HeartBeat, nil, heartbeat); c.Code != 0 {
		t.Fatalf("heartbeat: %d %s", c.Code, c.Remark)
	}
	query := fields{{"consumerGroup", "group"}, {"topic", "orders"}, {"queueId", "0"}}
	if got, _ := s.call(remoting.QueryConsumerOffset, query, nil).Fields.Get("offset"); string(got) != "0" {
		t.Errorf("the first start of a group begins at %q", got)
	}
	want(t, s.call(remoting.QueryConsumerOffset, append(query, field{"setZeroIfNotFound", "false"}), nil), remoting.QueryNotFound, "no offset")
	if c := s.call(remoting.UpdateConsumerOffset, append(query, field{"commitOffset", "99"}), nil); c.Code != 0 {
		t.Fatalf("commit: %d %s", c.Code, c.Remark)
	}
	s.close()
	s = start(t, fsys, netx.NewMem())
	defer s.close()
	if got, _ := s.call(remoting.QueryConsumerOffset, query, nil).Fields.Get("offset"); string(got) != "2" {
		t.Errorf("after a restart the offset is %q, want the end of the queue", got)
	}
}

type field struct{ key, value string }

type fields []field

func (f fields) AppendFields(w *remoting.FieldWriter) {
	for _, x := range f {
		w.String(x.key, x.value)
	}
}

func TestBadInputIsRefusedWithAReason(t *testing.T) {
	s := start(t, vfs.NewMem(), netx.NewMem())
	defer s.close()
	s.mustSend("orders", "", "fine")
	outOfRange := send("orders", "")
	outOfRange.QueueID = 7
	noTemplate := send("unknown", "")
	noTemplate.DefaultTopic = []byte("none")
	batch := send("orders", "")
	batch.Batch = true
	for _, tt := range []struct {
		name   string
		h      remoting.Header
		body   []byte
		code   remoting.ResponseCode
		remark string
	}{
		{"no body", send("orders", ""), nil, remoting.MessageIllegal, "no body"},
		{"body too long", send("orders", ""), make([]byte, 4<<20+1), remoting.MessageIllegal, "maxMessageSize"},
		{"properties too long", send("orders", "a\x01"+strings.Repeat("b", 32767)), []byte("x"), remoting.MessageIllegal, "properties"},
		{"illegal name", send("../x", ""), []byte("x"), remoting.InvalidParameter, "only letters"},
		{"system topic", send("SCHEDULE_TOPIC_XXXX", ""), []byte("x"), remoting.NoPermission, "belongs to the system"},
		{"our own topic", send("rmq_sys_goddard", ""), []byte("x"), remoting.NoPermission, "belongs to the system"},
		{"queue out of range", outOfRange, []byte("x"), remoting.InvalidParameter, "queue 7"},
		{"no template", noTemplate, []byte("x"), remoting.TopicNotExist, "does not exist"},
		{"retry topic of nobody", send("%RETRY%nobody", ""), []byte("x"), remoting.SubscriptionGroupNotExist, "nobody"},
		{"missing fields", fields{{"topic", "orders"}}, []byte("x"), remoting.SystemError, "producerGroup"},
		{"no number", append(fields{{"queueId", "x"}}, field{"topic", "orders"}), []byte("x"), remoting.SystemError, "queueId"},
		{"broken batch", batch, []byte("garbage garbage garbage garbage"), remoting.MessageIllegal, "batch"},
		{"transaction", send("orders", "TRAN_MSG\x01true\x02"), []byte("x"), remoting.MessageIllegal, "not served yet"},
	} {
		t.Run(tt.name, func(t *testing.T) { want(t, s.call(remoting.SendMessage, tt.h, tt.body), tt.code, tt.remark) })
	}
	want(t, s.call(99999, nil, nil), remoting.RequestCodeNotSupported, "99999")
	want(t, s.callAt(s.server.Addresses().NameServer, 99999, nil, nil), remoting.RequestCodeNotSupported, "99999")
	if s.server.brokers.Unknown() != 1 || s.server.routes.Unknown() != 1 {
		t.Error("unknown requests are not counted")
	}
	want(t, s.callAt(s.server.Addresses().NameServer, remoting.GetRouteInfoByTopic, wire.RouteRequest{Topic: "nowhere"}, nil), remoting.TopicNotExist, "nowhere")
	want(t, s.call(remoting.PullMessage, pull("nowhere", "*", 0), nil), remoting.TopicNotExist, "nowhere")
	want(t, s.call(remoting.PullMessage, pull("orders", " || ", 0), nil), remoting.SubscriptionParseFailed, "no tag")
	want(t, s.call(remoting.HeartBeat, nil, []byte("{")), remoting.SystemError, "body")
	want(t, s.call(remoting.PullMessage, pull("orders", "*", 77), nil), remoting.PullOffsetMoved, "OFFSET_OVERFLOW_BADLY")
	if got := bodies(t, s.call(remoting.PullMessage, pull("orders", "*", 0), nil).Body); fmt.Sprint(got) != "[fine]" {
		t.Errorf("after all that the queue holds %v", got)
	}
}

func TestAFullDiskRefusesSendsAndServesReads(t *testing.T) {
	fsys := vfs.NewMem()
	s := start(t, fsys, netx.NewMem())
	s.mustSend("orders", "", "before")
	s.close()
	fsys.SetFree(1<<30, 100<<30)
	s = start(t, fsys, netx.NewMem())
	defer s.close()
	want(t, s.send("orders", "", "x"), remoting.ServiceNotAvailable, "full")
	if got := bodies(t, s.call(remoting.PullMessage, pull("orders", "*", 0), nil).Body); fmt.Sprint(got) != "[before]" {
		t.Errorf("pulled %v", got)
	}
}

func TestASecondServerIsRefused(t *testing.T) {
	fsys, network := vfs.NewMem(), netx.NewMem()
	s := start(t, fsys, network)
	defer s.close()
	_, err := Start(t.Context(), Options{Data: "data", FS: fsys, Network: network, Set: []string{"nameserver.listenPort=0", "broker.listenPort=0"}})
	if err == nil || !strings.Contains(err.Error(), "data directory data is in use by another broker (process ") {
		t.Errorf("on the same directory: %v", err)
	}
	port := s.server.Addresses().NameServer[strings.LastIndex(s.server.Addresses().NameServer, ":")+1:]
	_, err = Start(t.Context(), Options{Data: "other", FS: fsys, Network: network, Set: []string{"nameserver.listenPort=" + port}})
	if err == nil || !strings.Contains(err.Error(), "port "+port+" of 127.0.0.1 is in use") {
		t.Errorf("on the same port: %v", err)
	}
}

func TestADirectoryOfTheOriginalIsRefused(t *testing.T) {
	fsys := vfs.NewMem()
	if err := fsys.MkdirAll("data"); err != nil {
		t.Fatal(err)
	}
	if err := vfs.WriteFile(fsys, "data/checkpoint", make([]byte, 4096)); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Data: "data", FS: fsys, Network: netx.NewMem(), Set: []string{"nameserver.listenPort=0", "broker.listenPort=0"}})
	if err == nil || !strings.Contains(err.Error(), "written by Apache RocketMQ") {
		t.Errorf("Start = %v", err)
	}
}

func TestANetworkWithoutLoginNeedsAFlag(t *testing.T) {
	_, err := Start(t.Context(), Options{Data: "data", FS: vfs.NewMem(), Network: netx.NewMem(), Set: []string{"broker.bindAddress=0.0.0.0", "nameserver.listenPort=0", "broker.listenPort=0"}})
	if err == nil || !strings.Contains(err.Error(), "broker.allowUnauthenticated=true") {
		t.Errorf("Start = %v", err)
	}
}

func TestAddressesAreWrittenAndRemoved(t *testing.T) {
	fsys := vfs.NewMem()
	s := start(t, fsys, netx.NewMem())
	b, err := vfs.ReadFile(fsys, filepath.Join("data", "addresses.json"))
	var a Addresses
	if err != nil || json.Unmarshal(b, &a) != nil || a != s.server.Addresses() || a.PID == 0 || a.Broker == "" {
		t.Errorf("addresses.json: %s, %v", b, err)
	}
	s.close()
	if _, err := vfs.ReadFile(fsys, filepath.Join("data", "addresses.json")); err == nil {
		t.Error("addresses.json is left after a clean stop")
	}
}

func TestConsumerOffsetsAndTopicsAreRecordsInTheLog(t *testing.T) {
	fsys := vfs.NewMem()
	s := start(t, fsys, netx.NewMem())
	s.mustSend("orders", "", "x")
	s.close()
	b, err := vfs.ReadFile(fsys, filepath.Join("data", "commitlog", "00000000000000000000"))
	if err != nil || !bytes.Contains(b, []byte(`"topicName":"orders"`)) {
		t.Errorf("the log does not hold the topic: %v", err)
	}
}
