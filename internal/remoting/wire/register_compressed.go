package wire

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"goddard/internal/mq"
)

// maxInflated bounds a compressed registration once it is inflated, bytes.
const maxInflated = 64 << 20

// inflateRegisterBody reads a compressed registration: a zlib stream of the
// data version, the number of topics, the topics, and the filter servers,
// each text behind its length. What follows, about static topics, is not
// read.
func inflateRegisterBody(b []byte) (RegisterBody, error) {
	inflated, err := inflate(b)
	if err != nil {
		return RegisterBody{}, mq.Errorf(mq.CodeInternal, "the compressed registration cannot be read: %w", err)
	}
	r := textReader{b: inflated}
	body := RegisterBody{Topics: TopicTable{Topics: map[mq.Topic]mq.TopicConfig{}}}
	r.json(&body.Topics.Version)
	for range r.count() {
		c, err := parseTopicLine(r.text())
		if err != nil {
			r.err = err
			break
		}
		body.Topics.Topics[c.Name] = c
	}
	r.json(&body.FilterServers)
	if r.err != nil {
		return RegisterBody{}, mq.Errorf(mq.CodeInternal, "the compressed registration cannot be read: %w", r.err)
	}
	return body, nil
}

func inflate(b []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	inflated, err := io.ReadAll(io.LimitReader(z, maxInflated+1))
	switch {
	case err != nil:
		return nil, err
	case len(inflated) > maxInflated:
		return nil, fmt.Errorf("it inflates to more than %d bytes", maxInflated)
	}
	return inflated, z.Close()
}

// parseTopicLine reads a topic: name, read and write queues, perm, filter
// type and attributes, with spaces between them.
func parseTopicLine(line string) (mq.TopicConfig, error) {
	words := strings.SplitN(line, " ", 6)
	if len(words) < 5 {
		return mq.TopicConfig{}, fmt.Errorf("topic %q: want five words", line)
	}
	var numbers [3]int32
	for i := range numbers {
		n, err := strconv.ParseInt(words[i+1], 10, 32)
		if err != nil {
			return mq.TopicConfig{}, fmt.Errorf("topic %q: %w", line, err)
		}
		numbers[i] = int32(n)
	}
	c := mq.NewTopicConfig(mq.Topic(words[0]), numbers[0])
	c.WriteQueues, c.Perm, c.FilterType = numbers[1], mq.Perm(numbers[2]), mq.TopicFilterType(words[4])
	if len(words) == 6 && words[5] != "" {
		if err := json.Unmarshal([]byte(words[5]), &c.Attributes); err != nil {
			return mq.TopicConfig{}, fmt.Errorf("attributes of topic %s: %w", c.Name, err)
		}
	}
	return c, nil
}

// A textReader reads texts that stand behind their length of 4 bytes.
type textReader struct {
	b   []byte
	err error
}

func (r *textReader) count() int {
	if r.err != nil || len(r.b) < 4 {
		r.b, r.err = nil, io.ErrUnexpectedEOF
		return 0
	}
	n := int(int32(binary.BigEndian.Uint32(r.b)))
	r.b = r.b[4:]
	if n < 0 || n > len(r.b) {
		r.b, r.err = nil, io.ErrUnexpectedEOF
		return 0
	}
	return n
}

func (r *textReader) text() string {
	n := r.count()
	if r.err != nil {
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *textReader) json(v any) {
	if s := r.text(); r.err == nil {
		r.err = json.Unmarshal([]byte(s), v)
	}
}
