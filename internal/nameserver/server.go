// Package nameserver knows which brokers there are and which topics they
// have. Brokers tell it, clients ask it.
//
// A Server is plain state behind one lock: it has no goroutine and no clock,
// time is an argument, and what happened is the result. It is safe for
// concurrent use. Nothing but the named texts (KV) outlives it: brokers
// register again within 30 seconds.
//
// Between two calls:
//
//	brokers[n].addresses[id] == a  <=>  live[a].member is (n, id, a)
//	topics[t][n] is there          =>   brokers[n] has an address
//
// so an address belongs to one member, and no route names a broker that
// cannot be reached.
package nameserver

import (
	"sync"
	"time"

	"goddard/internal/mq"
)

// DefaultTimeout is how long a broker that does not announce a time of its
// own may be silent, before its routes go.
const DefaultTimeout = 120 * time.Second

// A Version orders states of a broker's topics: State, then Counter, then
// Time.
type Version struct{ State, Counter, Time int64 }

// A ChannelID tells the connections of brokers apart.
type ChannelID uint64

// A Member is one address under a broker name.
type Member struct {
	Cluster mq.ClusterName
	Name    mq.BrokerName
	ID      mq.BrokerID
	Address string
}

// Queues are the queues of a topic on one broker.
type Queues struct {
	Broker      mq.BrokerName
	Perm        mq.Perm
	ReadQueues  int32
	WriteQueues int32
	SysFlag     int32
}

// A Server is the state of a name server.
type Server struct {
	mu       sync.RWMutex
	settings Settings
	brokers  map[mq.BrokerName]*broker
	live     map[string]*liveness // by address
	topics   map[mq.Topic]map[mq.BrokerName]Queues
	kv       KV // replaced, never changed
}

// A broker is the members under one name.
type broker struct {
	cluster      mq.ClusterName
	addresses    map[mq.BrokerID]string
	actingMaster bool // it wants a replica shown as its master while it has none
}

// New returns a server that knows no broker, and these texts.
func New(kv KV) *Server {
	return &Server{
		settings: DefaultSettings(),
		brokers:  map[mq.BrokerName]*broker{},
		live:     map[string]*liveness{},
		topics:   map[mq.Topic]map[mq.BrokerName]Queues{},
		kv:       kv,
	}
}
