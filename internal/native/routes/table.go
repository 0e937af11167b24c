package routes

import "goddard/internal/remoting"

// A caller says who may send a request, once users log in.
type caller uint8

const (
	client caller = iota // producers, consumers and brokers
	member               // brokers
	operator
)

// A route says how one request code is served. What is slow may wait for the
// disk.
type route struct {
	code   remoting.RequestCode
	may    caller
	slow   bool
	answer func(*request) (remoting.Response, error)
}

// table lists the request codes that are served.
var table = []route{
	{code: remoting.GetRouteInfoByTopic, may: client, answer: getRoute},
	{code: remoting.RegisterBroker, may: member, answer: registerBroker},
	{code: remoting.UnregisterBroker, may: member, answer: unregisterBroker},
	{code: remoting.BrokerHeartbeat, may: member, answer: brokerHeartbeat},
	{code: remoting.QueryDataVersion, may: member, answer: queryDataVersion},
	{code: remoting.RegisterTopicInNameServer, may: member, answer: registerTopic},
	{code: remoting.GetBrokerMemberGroup, may: member, answer: memberGroup},
	{code: remoting.GetBrokerClusterInfo, may: client, answer: clusterInfo},
	{code: remoting.GetAllTopicListFromNameServer, may: client, answer: allTopics},
	{code: remoting.GetTopicsByCluster, may: operator, answer: clusterTopics},
	{code: remoting.GetSystemTopicListFromNS, may: operator, answer: systemTopics},
	{code: remoting.DeleteTopicInNameServer, may: operator, answer: deleteTopic},
	{code: remoting.WipeWritePermOfBroker, may: operator, answer: wipeWritePerm},
	{code: remoting.AddWritePermOfBroker, may: operator, answer: addWritePerm},
	{code: remoting.PutKVConfig, may: operator, slow: true, answer: putKV},
	{code: remoting.GetKVConfig, may: client, answer: getKV},
	{code: remoting.DeleteKVConfig, may: operator, slow: true, answer: deleteKV},
	{code: remoting.GetKVListByNamespace, may: client, answer: listKV},
	{code: remoting.GetUnitTopicList, may: operator, answer: unitTopics},
	{code: remoting.GetHasUnitSubTopicList, may: operator, answer: unitSubTopics},
	{code: remoting.GetHasUnitSubUnunitTopicList, may: operator, answer: unitSubUnunitTopics},
	{code: remoting.UpdateNameServerConfig, may: operator, answer: updateConfig},
	{code: remoting.GetNameServerConfig, may: operator, answer: getConfig},
}
