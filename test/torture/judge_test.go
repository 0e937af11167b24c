package main

import "testing"

func TestJudge(t *testing.T) {
	const seed = 7
	// Producer 0 sent five messages to queue 0: the third was never answered, the last refused.
	all := [][]sent{{
		{at: 1, acked: 2, offset: 0},
		{at: 3, acked: 4, offset: 1},
		{at: 5},
		{at: 7, acked: 8, offset: 2},
		{at: 9, wasRefused: true},
	}}
	message := func(n int, offset int64) stored { return stored{offset, body(seed, 0, n)} }
	damaged := message(1, 1)
	damaged.body[20]++

	tests := map[string]struct {
		found []stored
		want  verdict
	}{
		"all is well":                   {[]stored{message(0, 0), message(1, 1), message(3, 2)}, verdict{}},
		"the unanswered one is stored":  {[]stored{message(0, 0), message(1, 1), message(3, 2), message(2, 3)}, verdict{}},
		"the last is lost":              {[]stored{message(0, 0), message(1, 1)}, verdict{Lost: 1}},
		"a lost one leaves a gap":       {[]stored{message(0, 0), message(3, 2)}, verdict{Lost: 1, Gaps: 1}},
		"one moved up":                  {[]stored{message(0, 0), message(3, 1)}, verdict{Lost: 1, Changed: 1}},
		"one is damaged":                {[]stored{message(0, 0), damaged, message(3, 2)}, verdict{Changed: 1}},
		"two changed places":            {[]stored{message(1, 0), message(0, 1), message(3, 2)}, verdict{Changed: 2, Reordered: 1}},
		"the unanswered one came early": {[]stored{message(2, 0), message(0, 1), message(1, 2), message(3, 3)}, verdict{Changed: 3, Reordered: 2}},
		"one is there twice":            {[]stored{message(0, 0), message(1, 1), message(3, 2), message(1, 3)}, verdict{Duplicates: 1}},
		"the refused one is stored":     {[]stored{message(0, 0), message(1, 1), message(3, 2), message(4, 3)}, verdict{Foreign: 1}},
		"one is nobody's":               {[]stored{message(0, 0), message(1, 1), message(3, 2), {3, []byte("hello")}}, verdict{Foreign: 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := judge(seed, all, [][]stored{test.found})
			test.want.Sent, test.want.Refused, test.want.Acknowledged, test.want.Stored = 5, 1, 3, len(test.found)
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestBodiesSayWhoseTheyAre(t *testing.T) {
	b := body(7, 3, 1_000)
	if p, n, intact := identify(7, b); p != 3 || n != 1_000 || !intact {
		t.Errorf("identify = %d, %d, %v", p, n, intact)
	}
	for i := range b {
		b[i] ^= 1
		if p, n, intact := identify(7, b); p == 3 && n == 1_000 && intact {
			t.Errorf("byte %d may change unseen", i)
		}
		b[i] ^= 1
		if p, n, intact := identify(7, b[:i]); p == 3 && n == 1_000 && intact {
			t.Errorf("the end may be missing after %d bytes", i)
		}
	}
}
