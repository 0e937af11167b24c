package routes

import (
	"maps"
	"slices"

	"goddard/internal/remoting"
	"goddard/internal/remoting/wire"
)

// systemTopics serves GET_SYSTEM_TOPIC_LIST_FROM_NS: the names of clusters and
// brokers, which are topics, and the address of a broker, which knows the
// other system topics. Called by operators.
func systemTopics(r *request) (remoting.Response, error) {
	seen := map[string]bool{}
	var address string
	for _, b := range r.h.ns.Brokers() {
		seen[string(b.Cluster)], seen[string(b.Name)] = true, true
		if address == "" {
			address = b.Addresses[slices.Min(slices.Collect(maps.Keys(b.Addresses)))]
		}
	}
	list := wire.NewTopicList(slices.Collect(maps.Keys(seen)))
	list.Broker = address
	return remoting.Response{Body: wire.Marshal(list)}, nil
}
