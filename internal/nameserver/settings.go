package nameserver

// Settings are what may be switched while a server runs. The names behind
// them are RocketMQ's.
type Settings struct {
	// OrderTopics puts the texts of ordered topics into their routes
	// (orderMessageEnable).
	OrderTopics bool
	// OrderToBrokers hands these texts to brokers that register
	// (returnOrderTopicConfigToBroker).
	OrderToBrokers bool
	// ActingMaster shows the smallest replica of a broker without a master as
	// its master, where the broker wants that (supportActingMaster).
	ActingMaster bool
	// TopicList lets clients list all topics (enableAllTopicList).
	TopicList bool
}

// DefaultSettings returns RocketMQ's defaults.
func DefaultSettings() Settings { return Settings{OrderToBrokers: true, TopicList: true} }

// Settings returns the settings.
func (s *Server) Settings() Settings {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.settings
}

// Configure changes the settings.
func (s *Server) Configure(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.settings)
}
