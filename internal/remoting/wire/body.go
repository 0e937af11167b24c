package wire

import (
	"bytes"
	"encoding/json"

	"goddard/internal/mq"
)

// Marshal returns the JSON of a body as RocketMQ writes it: compact, without
// escapes for HTML.
func Marshal(body any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		panic("wire: a body without a JSON form: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// unmarshal reads the JSON of a body.
func unmarshal(b []byte, body any) error {
	if len(b) == 0 {
		return mq.Errorf(mq.CodeInternal, "the body is missing")
	}
	if err := json.Unmarshal(b, body); err != nil {
		return mq.Errorf(mq.CodeInternal, "the body cannot be read: %w", err)
	}
	return nil
}
