package config

import (
	"io/fs"
	"strings"
	"testing"
)

func load(t *testing.T, files map[string]string, s Sources) (Config, error) {
	t.Helper()
	s.ReadFile = func(name string) ([]byte, error) {
		b, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(b), nil
	}
	return Load(s)
}

func TestStrongerSourcesWin(t *testing.T) {
	files := map[string]string{
		"namesrv.conf": "listenPort=1001\n",
		"broker.conf":  "# of the original\nbrokerName = orders-a\nlistenPort=1002\nflushDiskType=SYNC_FLUSH\n",
	}
	c, err := load(t, files, Sources{
		File: "broker.conf", NameServerFile: "namesrv.conf", Data: "elsewhere",
		Environment: []string{"GODDARD_BROKER_LISTENPORT=1003", "NAMESRV_ADDR=10.0.0.1:9876;10.0.0.2:9876", "GODDARD_TEST_X=1", "PATH=/bin"},
		Set:         []string{"broker.listenPort=1004"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.NameServer.ListenPort != 1001 || c.Broker.ListenPort != 1004 || c.Broker.Name != "orders-a" || !c.Broker.SyncFlush {
		t.Errorf("config = %+v", c)
	}
	if len(c.Broker.NameServers) != 2 || c.Data != "elsewhere" {
		t.Errorf("name servers = %v, data = %q", c.Broker.NameServers, c.Data)
	}
}

func TestYAML(t *testing.T) {
	c, err := load(t, map[string]string{"goddard.yaml": "nameserver:\n  listenPort: 1001\nbroker:\n  brokerName: \"b\"\n  autoCreateTopicEnable: false\n"}, Sources{File: "goddard.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if c.NameServer.ListenPort != 1001 || c.Broker.Name != "b" || c.Broker.AutoCreateTopic {
		t.Errorf("config = %+v", c)
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for _, tt := range []struct {
		file, text string
		set        string
		want       string
	}{
		{"broker.conf", "brokerName=b\n\nlistenPrt=1\n", "", `broker.conf:3: nobody knows the key "listenPrt" of section broker; did you mean "listenPort"?`},
		{"goddard.yaml", "broker:\n  brokerName: b\n  flushDiskTipe: SYNC_FLUSH\n", "", `goddard.yaml:3: nobody knows the key "flushDiskTipe" of section broker; did you mean "flushDiskType"?`},
		{"goddard.yaml", "borker:\n  brokerName: b\n", "", `goddard.yaml:2: nobody knows the section "borker"; did you mean "broker"?`},
		{"broker.conf", "listenPort=70000", "", `broker.conf:1: broker.listenPort: "70000" is no number from 0 to 65535`},
		{"broker.conf", "flushDiskType=SOMETIMES", "", `broker.conf:1: broker.flushDiskType: "SOMETIMES" is neither ASYNC_FLUSH nor SYNC_FLUSH`},
		{"broker.conf", "listenPort", "", `broker.conf:1: want key=value`},
		{"", "", "broker=1", `--set broker=1: want section.key=value, such as broker.listenPort=20911`},
	} {
		s := Sources{File: tt.file}
		if tt.set != "" {
			s.Set = []string{tt.set}
		}
		_, err := load(t, map[string]string{tt.file: tt.text}, s)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s %q:\n got %v\nwant %s", tt.file, tt.text, err, tt.want)
		}
	}
}

func TestKeysWithoutEffectAreWarnings(t *testing.T) {
	c, err := load(t, map[string]string{"broker.conf": "sendMessageThreadPoolNums=4\n"}, Sources{
		File: "broker.conf", Set: []string{"grpc.listenPort=0", "console.listenPort=0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 3 || !strings.Contains(c.Warnings[0].Source, "broker.conf:1") {
		t.Errorf("warnings = %+v", c.Warnings)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("broker:\n  listenPort: 1\n", true)
	f.Add("listenPort=1\nbrokerName=b", false)
	f.Fuzz(func(t *testing.T, text string, yaml bool) {
		name := "broker.conf"
		if yaml {
			name = "goddard.yaml"
		}
		_, _ = load(t, map[string]string{name: text}, Sources{File: name}) // it must not panic
	})
}
