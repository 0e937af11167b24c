package data

import "goddard/internal/remoting"

// A lane says where a request is served: see the package comment.
type lane uint8

const (
	laneInline lane = iota
	lanePull        // inline, and not on the reduced port
	laneSlow
)

// A caller says who may send a request, once users log in.
type caller uint8

const (
	client   caller = iota // producers and consumers
	member                 // other brokers, which copy from this one
	operator               // tools of an operator
)

// A route says how one request code is served, by answer, or by serve where
// the reply may come later.
type route struct {
	code   remoting.RequestCode
	may    caller
	lane   lane
	answer func(s *session, cmd *remoting.Command) (remoting.Response, error)
	serve  func(s *session, cmd *remoting.Command)
}

// table lists the request codes that are served.
var table = []route{
	{code: remoting.SendMessage, may: client, lane: laneInline, serve: sendMessage},
	{code: remoting.SendMessageV2, may: client, lane: laneInline, serve: sendMessage},
	{code: remoting.SendBatchMessage, may: client, lane: laneInline, serve: sendMessage},
	{code: remoting.PullMessage, may: client, lane: lanePull, serve: pullMessage},
	{code: remoting.LitePullMessage, may: client, lane: lanePull, serve: pullMessage},
	{code: remoting.ConsumerSendMsgBack, may: client, lane: laneSlow, answer: sendBack},
	{code: remoting.QueryConsumerOffset, may: client, lane: laneInline, answer: queryConsumerOffset},
	{code: remoting.UpdateConsumerOffset, may: client, lane: laneInline, serve: updateConsumerOffset},
	{code: remoting.GetMaxOffset, may: client, lane: laneInline, answer: maxOffset},
	{code: remoting.GetMinOffset, may: client, lane: laneInline, answer: minOffset},
	{code: remoting.SearchOffsetByTimestamp, may: client, lane: laneSlow, answer: searchOffset},
	{code: remoting.GetEarliestMsgStoreTime, may: client, lane: laneSlow, answer: earliestTime},
	{code: remoting.HeartBeat, may: client, lane: laneSlow, answer: heartbeat},
	{code: remoting.UnregisterClient, may: client, lane: laneSlow, answer: unregisterClient},
	{code: remoting.GetConsumerListByGroup, may: client, lane: laneInline, answer: consumerList},
	{code: remoting.CheckClientConfig, may: client, lane: laneInline, answer: checkClientConfig},
	{code: remoting.LockBatchMQ, may: client, lane: laneInline, answer: lockQueues},
	{code: remoting.UnlockBatchMQ, may: client, lane: laneInline, answer: unlockQueues},
	{code: remoting.UpdateAndCreateTopic, may: operator, lane: laneSlow, answer: createTopic},
	{code: remoting.DeleteTopicInBroker, may: operator, lane: laneSlow, answer: deleteTopic},
	{code: remoting.GetAllTopicConfig, may: member, lane: laneSlow, answer: allTopicConfigs},
	{code: remoting.GetTopicConfig, may: operator, lane: laneInline, answer: topicConfig},
	{code: remoting.GetTopicStatsInfo, may: operator, lane: laneSlow, answer: topicStats},
	{code: remoting.GetSystemTopicListFromBroker, may: operator, lane: laneSlow, answer: systemTopics},
	{code: remoting.QueryTopicConsumeByWho, may: operator, lane: laneSlow, answer: topicConsumers},
	{code: remoting.UpdateAndCreateSubscriptionGroup, may: operator, lane: laneSlow, answer: createGroup},
	{code: remoting.DeleteSubscriptionGroup, may: operator, lane: laneSlow, answer: deleteGroup},
	{code: remoting.GetAllSubscriptionGroupConfig, may: member, lane: laneSlow, answer: allGroups},
	{code: remoting.GetSubscriptionGroupConfig, may: operator, lane: laneSlow, answer: groupConfig},
	{code: remoting.GetConsumerConnectionList, may: operator, lane: laneSlow, answer: consumerConnections},
	{code: remoting.GetProducerConnectionList, may: operator, lane: laneSlow, answer: producerConnections},
	{code: remoting.GetConsumeStats, may: operator, lane: laneSlow, answer: consumeStats},
	{code: remoting.GetBrokerRuntimeInfo, may: operator, lane: laneInline, answer: runtimeInfo},
	{code: remoting.ViewMessageByID, may: client, lane: laneSlow, answer: viewMessage},
}
