package remoting

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"goddard/internal/netx"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// An echo answers with the body; a request with code GetMaxOffset is answered
// when the next one comes, and one-way requests are counted.
type echo struct {
	mu     sync.Mutex
	later  []func()
	oneWay int
	closed chan struct{}
}

func (e *echo) Opened(*Conn) {}

func (e *echo) Serve(c *Conn, cmd *Command) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if cmd.OneWay() {
		e.oneWay++
	}
	to, body := cmd.To(), string(cmd.Body)
	answer := func() { c.Reply(to, Response{Body: []byte(body), Remark: "r"}) }
	if RequestCode(cmd.Code) == GetMaxOffset {
		e.later = append(e.later, answer)
		return
	}
	answer()
	for _, a := range e.later {
		c.Ready(a)
	}
	e.later = nil
}

func (e *echo) Drained(*Conn) {}
func (e *echo) Closed(*Conn)  { close(e.closed) }

func serve(t *testing.T, network netx.Network, o ServerOptions) (address string, s *Server) {
	t.Helper()
	l, err := network.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s = NewServer(o)
	done := make(chan error, 1)
	go func() { done <- s.Serve(context.WithoutCancel(t.Context()), l) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-done); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String(), s
}

func frame(code RequestCode, opaque, flag int32, body string) []byte {
	return AppendFrame(nil, &Command{Code: int32(code), Opaque: opaque, Flag: flag, Body: []byte(body)})
}

// readFrames reads n frames and returns their bodies by opaque number, and
// the numbers in the order in which they came.
func readFrames(t *testing.T, c net.Conn, n int) (bodies map[int32]string, order []int32) {
	t.Helper()
	bodies = map[int32]string{}
	for range n {
		var length [4]byte
		if _, err := io.ReadFull(c, length[:]); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 4+binary.BigEndian.Uint32(length[:]))
		copy(b, length[:])
		if _, err := io.ReadFull(c, b[4:]); err != nil {
			t.Fatal(err)
		}
		var cmd Command
		var scratch []byte
		if _, err := Parse(b, &cmd, &scratch); err != nil || !cmd.IsResponse() || cmd.Version != Version {
			t.Fatalf("response %+v, %v", cmd, err)
		}
		bodies[cmd.Opaque] = string(cmd.Body)
		order = append(order, cmd.Opaque)
	}
	return bodies, order
}

func TestRepliesComeInAnyOrderAndOneWayGetsNone(t *testing.T) {
	for name, network := range map[string]netx.Network{"loopback": netx.OS(), "memory": netx.NewMem()} {
		t.Run(name, func(t *testing.T) {
			e := &echo{closed: make(chan struct{})}
			address, _ := serve(t, network, ServerOptions{Handler: e})
			c, err := network.Dial(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			var all []byte
			all = append(all, frame(GetMaxOffset, 1, 0, "late")...)
			all = append(all, frame(SendMessage, 2, flagOneWay, "no answer")...)
			all = append(all, frame(GetMaxOffset, 3, 0, "late, too")...)
			all = append(all, frame(SendMessage, 4, 0, "at once")...)
			go func() {
				for _, part := range [][]byte{all[:3], all[3:50], all[50:]} { // frames do not come whole
					if _, err := c.Write(part); err != nil {
						t.Error(err)
					}
				}
			}()
			bodies, _ := readFrames(t, c, 3)
			if bodies[1] != "late" || bodies[3] != "late, too" || bodies[4] != "at once" {
				t.Errorf("bodies: %v", bodies)
			}
			if e.oneWay != 1 {
				t.Errorf("%d one-way requests were served", e.oneWay)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			<-e.closed
		})
	}
}

func TestBadFramesCloseTheirConnectionAlone(t *testing.T) {
	network := netx.NewMem()
	e := &echo{closed: make(chan struct{}, 100)}
	address, s := serve(t, network, ServerOptions{Handler: noClose{e}})
	good, err := network.Dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer good.Close()
	header := func(json string) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(4+len(json)))
		return append(binary.BigEndian.AppendUint32(b, uint32(len(json))), json...)
	}
	fields := `{"code":10,"extFields":{` + strings.TrimSuffix(strings.Repeat(`"a":"b",`, MaxFields+1), ",") + `}}`
	bad := map[string][]byte{
		"length 3":                 {0, 0, 0, 3, 0, 0, 0, 0},
		"negative length":          {0xFF, 0, 0, 0, 0, 0, 0, 0},
		"length over the limit":    {0x01, 0, 0, 0, 0, 0, 0, 0},
		"header longer than frame": {0, 0, 0, 8, 0, 0, 0, 5, 0, 0, 0, 0},
		"header over the limit":    {0, 0x40, 0, 0, 0, 0x02, 0, 1},
		"unknown serialization":    {0, 0, 0, 8, 2, 0, 0, 4, 0, 0, 0, 0},
		"no JSON":                  header(`{"code":`),
		"bytes after the JSON":     header(`{} {}`),
		"not UTF-8":                header("{\"remark\":\"\xff\"}"),
		"number too large":         header(`{"code":99999999999}`),
		"nested too deep":          header(`{"x":` + strings.Repeat("[", 100)),
		"too many fields":          header(fields),
		"compact header cut off":   {0, 0, 0, 8, 1, 0, 0, 4, 0, 0, 0, 0},
	}
	for name, b := range bad {
		c, err := network.Dial(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = c.Write(b) }() // the other end may close before all is written
		if n, err := c.Read(make([]byte, 10)); err == nil {
			t.Errorf("%s: %d bytes of an answer", name, n)
		}
		_ = c.Close()
	}
	go func() { _, _ = good.Write(frame(SendMessage, 9, 0, "still here")) }()
	if bodies, _ := readFrames(t, good, 1); bodies[9] != "still here" {
		t.Errorf("bodies: %v", bodies)
	}
	if got := s.BadFrames(); got != int64(len(bad)) {
		t.Errorf("%d bad frames are counted, want %d", got, len(bad))
	}
}

// noClose keeps an echo that serves several connections from closing its
// channel twice.
type noClose struct{ *echo }

func (noClose) Closed(*Conn) {}

func TestSilentPeersAndSlowFramesAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := netx.NewMem()
		address, _ := serve(t, network, ServerOptions{Handler: noClose{&echo{}}, IdleTimeout: 120 * time.Second, FrameTimeout: 10 * time.Second})
		for sent, limit := range map[string]time.Duration{"": 120 * time.Second, "\x00\x00": 10 * time.Second} {
			c, err := network.Dial(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if sent != "" {
				if _, err := c.Write([]byte(sent)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := c.Read(make([]byte, 1)); err == nil {
				t.Error("an answer to nothing")
			}
			if took := time.Since(began); took < limit || took > limit+limit/4 {
				t.Errorf("after %q the connection lasted %v, want %v", sent, took, limit)
			}
			_ = c.Close()
		}
	})
}

func TestClient(t *testing.T) {
	network := netx.NewMem()
	address, _ := serve(t, network, ServerOptions{Handler: noClose{&echo{}}})
	client := NewClient(ClientOptions{Network: network})
	defer client.Close()
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			body := strings.Repeat("x", i)
			c, err := client.Call(t.Context(), address, SendMessage, nil, []byte(body))
			if err != nil || string(c.Body) != body || string(c.Remark) != "r" {
				t.Errorf("call %d: %+v, %v", i, c, err)
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Call(ctx, address, GetMaxOffset, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that is given up: %v", err)
	}
	if _, err := client.Call(t.Context(), "127.0.0.1:1", SendMessage, nil, nil); err == nil {
		t.Error("a call to nobody succeeds")
	}
}

func BenchmarkEcho(b *testing.B) {
	l, err := netx.OS().Listen(b.Context(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := NewServer(ServerOptions{Handler: noClose{&echo{}}})
	go func() { _ = s.Serve(context.WithoutCancel(b.Context()), l) }() // ends with Close
	defer s.Close()
	c, err := netx.OS().Dial(b.Context(), l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var batch []byte
	for range 64 {
		batch = append(batch, frame(SendMessage, 7, 0, string(make([]byte, 128)))...)
	}
	c2 := make([]byte, 1<<20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(batch); err != nil {
			b.Fatal(err)
		}
		answers := 0
		for buf := c2[:0]; answers < 64; {
			n, err := c.Read(buf[len(buf):cap(buf)])
			if err != nil {
				b.Fatal(err)
			}
			buf = buf[:len(buf)+n]
			for size, _ := frameSize(buf); size > 0 && size <= len(buf); size, _ = frameSize(buf) {
				buf = buf[size:]
				answers++
			}
		}
	}
}
