package wire

import (
	"hash/crc32"

	"goddard/internal/mq"
	"goddard/internal/remoting"
)

// A RegisterBroker is the header of REGISTER_BROKER.
type RegisterBroker struct {
	Name             mq.BrokerName
	Address          string
	Cluster          mq.ClusterName
	HAAddress        string
	ID               mq.BrokerID
	HeartbeatTimeout int64 // ms; 0 when missing
	ActingMaster     bool
	Compressed       bool
	BodyCRC          uint32 // 0 switches the check off
}

// ParseRegisterBroker reads the header.
func ParseRegisterBroker(f remoting.Fields) (RegisterBroker, error) {
	r := fieldReader{f: f}
	h := RegisterBroker{
		Name: mq.BrokerName(r.text("brokerName")), Address: r.text("brokerAddr"), Cluster: mq.ClusterName(r.text("clusterName")),
		HAAddress: r.optional("haServerAddr"), ID: mq.BrokerID(r.number("brokerId")), HeartbeatTimeout: r.numberOr("heartbeatTimeoutMillis", 0),
		ActingMaster: r.boolOr("enableActingMaster", false), Compressed: r.boolOr("compressed", false), BodyCRC: uint32(r.numberOr("bodyCrc32", 0)),
	}
	return h, r.err
}

// AppendFields implements remoting.Header.
func (h *RegisterBroker) AppendFields(w *remoting.FieldWriter) {
	w.Int("bodyCrc32", int64(h.BodyCRC))
	w.String("brokerAddr", h.Address)
	w.Int("brokerId", int64(h.ID))
	w.String("brokerName", string(h.Name))
	w.String("clusterName", string(h.Cluster))
	w.Bool("compressed", h.Compressed)
	w.Bool("enableActingMaster", h.ActingMaster)
	w.String("haServerAddr", h.HAAddress)
	if h.HeartbeatTimeout > 0 {
		w.Int("heartbeatTimeoutMillis", h.HeartbeatTimeout)
	}
}

// BodyCRC returns the checksum of a body as the header of a registration
// carries it.
func BodyCRC(body []byte) uint32 { return crc32.ChecksumIEEE(body) & 0x7FFFFFFF }

// A RegisterResult is the header of the answer to a registration.
type RegisterResult struct {
	HAAddress string // of the master; "" for none
	Master    string // its address; "" for none
}

// AppendFields implements remoting.Header.
func (h RegisterResult) AppendFields(w *remoting.FieldWriter) {
	if h.HAAddress != "" {
		w.String("haServerAddr", h.HAAddress)
	}
	if h.Master != "" {
		w.String("masterAddr", h.Master)
	}
}

// An UnregisterBroker is the header of UNREGISTER_BROKER and of
// QUERY_DATA_VERSION.
type UnregisterBroker struct {
	Name    mq.BrokerName
	Address string
	Cluster mq.ClusterName
	ID      mq.BrokerID
}

// ParseUnregisterBroker reads the header.
func ParseUnregisterBroker(f remoting.Fields) (UnregisterBroker, error) {
	r := fieldReader{f: f}
	h := UnregisterBroker{
		Name: mq.BrokerName(r.text("brokerName")), Address: r.text("brokerAddr"), Cluster: mq.ClusterName(r.text("clusterName")), ID: mq.BrokerID(r.number("brokerId")),
	}
	return h, r.err
}

// AppendFields implements remoting.Header.
func (h *UnregisterBroker) AppendFields(w *remoting.FieldWriter) {
	w.String("brokerAddr", h.Address)
	w.Int("brokerId", int64(h.ID))
	w.String("brokerName", string(h.Name))
	w.String("clusterName", string(h.Cluster))
}

// A DataVersion orders states of a table.
type DataVersion struct {
	Counter int64 `json:"counter"`
	State   int64 `json:"stateVersion"`
	Time    int64 `json:"timestamp"`
}

// ParseDataVersion reads the body.
func ParseDataVersion(b []byte) (DataVersion, error) {
	var v DataVersion
	err := unmarshal(b, &v)
	return v, err
}

// A DataVersionResult is the header of the answer to QUERY_DATA_VERSION.
type DataVersionResult struct{ Changed bool }

// AppendFields implements remoting.Header.
func (h DataVersionResult) AppendFields(w *remoting.FieldWriter) { w.Bool("changed", h.Changed) }

// A RegisterBody is the body of REGISTER_BROKER.
type RegisterBody struct {
	FilterServers []string   `json:"filterServerList"`
	Topics        TopicTable `json:"topicConfigSerializeWrapper"`
}

// A TopicTable is the topics of a broker, with their version.
type TopicTable struct {
	Version        DataVersion                 `json:"dataVersion"`
	MappingVersion DataVersion                 `json:"mappingDataVersion"`
	Topics         map[mq.Topic]mq.TopicConfig `json:"topicConfigTable"`
	Mappings       map[mq.Topic]map[string]any `json:"topicQueueMappingDetailMap"`
	MappingInfos   map[mq.Topic]map[string]any `json:"topicQueueMappingInfoMap"`
}

// NewTopicTable returns a table of topics.
func NewTopicTable(version DataVersion, topics []mq.TopicConfig) TopicTable {
	t := TopicTable{
		Version: version, Topics: make(map[mq.Topic]mq.TopicConfig, len(topics)),
		Mappings: map[mq.Topic]map[string]any{}, MappingInfos: map[mq.Topic]map[string]any{},
	}
	for _, c := range topics {
		t.Topics[c.Name] = c
	}
	return t
}

// ParseRegisterBody reads the body of a registration, plain or compressed.
func ParseRegisterBody(b []byte, compressed bool) (RegisterBody, error) {
	if compressed {
		return inflateRegisterBody(b)
	}
	var body RegisterBody
	err := unmarshal(b, &body)
	return body, err
}
