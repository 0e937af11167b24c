package routes

import (
	"maps"
	"strconv"

	"goddard/internal/nameserver"
)

// changeable are the settings that operators may change while the name server
// runs, by RocketMQ's name. All of them are true or false.
var changeable = map[string]func(*nameserver.Settings) *bool{
	"enableAllTopicList":             func(s *nameserver.Settings) *bool { return &s.TopicList },
	"orderMessageEnable":             func(s *nameserver.Settings) *bool { return &s.OrderTopics },
	"returnOrderTopicConfigToBroker": func(s *nameserver.Settings) *bool { return &s.OrderToBrokers },
	"supportActingMaster":            func(s *nameserver.Settings) *bool { return &s.ActingMaster },
}

// fixed are settings that nobody may change from afar: they name files, or
// decide who can connect and where.
var fixed = map[string]bool{
	"allowUnauthenticated": true,
	"bindAddress":          true,
	"configBlackList":      true,
	"configStorePath":      true,
	"kvConfigPath":         true,
	"listenPort":           true,
	"rocketmqHome":         true,
}

// settings returns all settings as text: those of the configuration, and what
// those that can be changed are now.
func (h *Handler) settings() map[string]string {
	all := maps.Clone(h.o.Config)
	if all == nil {
		all = map[string]string{}
	}
	now := h.ns.Settings()
	for key, field := range changeable {
		all[key] = strconv.FormatBool(*field(&now))
	}
	if h.o.KVFile != "" {
		all["kvConfigPath"] = h.o.KVFile
	}
	return all
}
