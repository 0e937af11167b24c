package data

import (
	"strconv"

	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// Served: GET_BROKER_RUNTIME_INFO, with the keys whose facts are known here.
// Called by: operators.
func runtimeInfo(s *session, _ *remoting.Command) (remoting.Response, error) {
	b := s.h.b
	oldest, written, synced := b.LogOffsets()
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	table := map[string]string{
		"brokerVersionDesc":        "V5_5_0",
		"brokerVersion":            strconv.Itoa(remoting.Version),
		"brokerActive":             "true",
		"bootTimestamp":            number(b.Started().UnixMilli()),
		"runtime":                  b.Uptime().String(),
		"putMessageTimesTotal":     number(b.Counters.Sent.Load()),
		"putMessageSizeTotal":      number(b.Counters.SentBytes.Load()),
		"putMessageFailedTimes":    number(b.Counters.Refused.Load()),
		"getMessageTransferedMsgs": number(b.Counters.Fetched.Load()),
		"commitLogMinOffset":       number(int64(oldest)),
		"commitLogMaxOffset":       number(int64(written)),
		"remainHowManyDataToFlush": number(int64(written - synced)),
		"dispatchBehindBytes":      "0",
		"unknownRequests":          number(s.h.Unknown()),
	}
	return remoting.Response{Body: wire.Marshal(wire.NewKVTable(table))}, nil
}
