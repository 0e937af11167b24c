package mq

// Limits on names, in bytes, and on messages.
const (
	MaxTopicLen      = 127
	MaxRetryTopicLen = 255 // for %RETRY% and %DLQ% topics
	MaxGroupLen      = 120

	MaxBodySize      = 4 << 20 // default of maxMessageSize, bytes
	MaxPropertiesLen = 32767   // bytes, as stored
)

// Check returns an error that says what is wrong with the name of a topic, or
// nil.
func (t Topic) Check() error {
	limit := MaxTopicLen
	if t.IsRetry() || t.IsDeadLetter() {
		limit = MaxRetryTopicLen
	}
	return checkName("topic", string(t), limit)
}

// Check returns an error that says what is wrong with the name of a group, or
// nil.
func (g Group) Check() error { return checkName("group", string(g), MaxGroupLen) }

func checkName(what, name string, limit int) error {
	switch {
	case name == "":
		return Errorf(CodeInvalidArgument, "the %s name is empty", what)
	case len(name) > limit:
		return Errorf(CodeInvalidArgument, "the %s name is %d bytes long, the limit is %d", what, len(name), limit)
	}
	for i := range len(name) {
		if !nameByte(name[i]) {
			return Errorf(CodeInvalidArgument, "the %s name %q contains %q: only letters, digits and %% | - _ are allowed", what, name, name[i])
		}
	}
	return nil
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '%' || c == '|' || c == '-' || c == '_'
}
