package goddard.conformance;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetRequestHeader;

/**
 * The clients of one test, shut down with it, the last made first. They refresh routes and save offsets every second. For use by one
 * thread.
 */
@SuppressWarnings("deprecation") // DefaultMQPullConsumer is the only client API for single pulls
final class Clients implements AutoCloseable {
    /** What should happen at once has this long, on a busy machine. */
    static final Duration SOON = Duration.ofSeconds(60);

    private final Deque<Runnable> shutdowns = new ArrayDeque<>();
    private DefaultMQProducer first;

    /** A name for a topic or a group that nobody else has. */
    static String unique(String purpose) {
        return purpose + "_" + UUID.randomUUID().toString().substring(0, 8);
    }

    static Message message(String topic, String tag, String body) {
        return new Message(topic, tag, body.getBytes(StandardCharsets.UTF_8));
    }

    static String body(Message message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    /** A producer that runs. */
    DefaultMQProducer producer() throws Exception {
        DefaultMQProducer producer = set(new DefaultMQProducer(unique("producers")));
        producer.start();
        shutdowns.push(producer::shutdown);
        return producer;
    }

    /** A new topic with that many queues; its queues in order. */
    List<MessageQueue> topic(String name, int queues) throws Exception {
        if (first == null) {
            first = producer();
        }
        first.createTopic("TBW102", name, queues, Map.of());
        return queues(name, queues);
    }

    /** Waits until the name server knows that many queues of a topic; the queues in order. */
    List<MessageQueue> queues(String topic, int n) throws Exception {
        if (first == null) {
            first = producer();
        }
        return await(n + " queues of " + topic).atMost(SOON).ignoreExceptions()
            .until(() -> first.fetchPublishMessageQueues(topic), queues -> queues.size() == n)
            .stream().sorted(Comparator.comparing(MessageQueue::getQueueId)).toList();
    }

    /** A push consumer that does not run yet. */
    DefaultMQPushConsumer consumer(String group) {
        DefaultMQPushConsumer consumer = set(new DefaultMQPushConsumer(group));
        consumer.setConsumeThreadMin(4);
        consumer.setConsumeThreadMax(4);
        shutdowns.push(consumer::shutdown);
        return consumer;
    }

    /** A push consumer that runs and puts what it gets into the inbox. */
    DefaultMQPushConsumer consume(String group, String topic, String tags, Inbox inbox) throws Exception {
        DefaultMQPushConsumer consumer = consumer(group);
        consumer.subscribe(topic, tags);
        consumer.registerMessageListener((MessageListenerConcurrently) inbox::take);
        consumer.start();
        return consumer;
    }

    /** A pull consumer with a cache, not running yet. */
    DefaultLitePullConsumer litePullConsumer(String group) {
        DefaultLitePullConsumer consumer = set(new DefaultLitePullConsumer(group));
        shutdowns.push(consumer::shutdown);
        return consumer;
    }

    /** A plain pull consumer, running. */
    DefaultMQPullConsumer pullConsumer(String group) throws Exception {
        return pullConsumer(group, Duration.ofSeconds(20));
    }

    /** One whose pulls wait so long at the broker when there is nothing. */
    DefaultMQPullConsumer pullConsumer(String group, Duration wait) throws Exception {
        DefaultMQPullConsumer consumer = set(new DefaultMQPullConsumer(group));
        consumer.setBrokerSuspendMaxTimeMillis(wait.toMillis());
        consumer.start();
        shutdowns.push(consumer::shutdown);
        return consumer;
    }

    private static <C extends ClientConfig> C set(C client) {
        client.setNamesrvAddr(Server.nameServer());
        client.setInstanceName(UUID.randomUUID().toString());
        client.setPollNameServerInterval(1_000);
        client.setPersistConsumerOffsetInterval(1_000);
        return client;
    }

    /** Waits until these members of a group have taken all queues of a topic between them and know where to begin in each. */
    static void awaitAssigned(String topic, DefaultMQPushConsumer... members) {
        await("queues of " + topic).atMost(SOON).ignoreExceptions().until(() -> {
            int taken = 0;
            for (DefaultMQPushConsumer member : members) {
                int mine = taken(topic, member);
                if (mine == 0) {
                    return false;
                }
                taken += mine;
            }
            return taken == members[0].fetchSubscribeMessageQueues(topic).size();
        });
    }

    /** How many queues of a topic a member of a group has. */
    static int taken(String topic, DefaultMQPushConsumer member) {
        return (int) member.getDefaultMQPushConsumerImpl().getRebalanceImpl().getProcessQueueTable().keySet().stream()
            .filter(queue -> queue.getTopic().equals(topic)).count();
    }

    /** Waits until the consumer's group has committed everything that is in the topic at the moment of the call. */
    static void awaitConsumed(DefaultMQPushConsumer consumer, String topic) throws Exception {
        Map<MessageQueue, Long> ends = new HashMap<>();
        for (MessageQueue queue : consumer.fetchSubscribeMessageQueues(topic)) {
            ends.put(queue, consumer.maxOffset(queue));
        }
        await("all of " + ends + " committed").atMost(SOON)
            .until(() -> ends.entrySet().stream().allMatch(end -> committed(consumer, end.getKey()) >= end.getValue()));
    }

    /** What the broker says that the group has committed; 0 when nothing. The consumer's own view is left alone. */
    private static long committed(DefaultMQPushConsumer consumer, MessageQueue queue) {
        MQClientInstance client = consumer.getDefaultMQPushConsumerImpl().getmQClientFactory();
        QueryConsumerOffsetRequestHeader header = new QueryConsumerOffsetRequestHeader();
        header.setConsumerGroup(consumer.getConsumerGroup());
        header.setTopic(queue.getTopic());
        header.setQueueId(queue.getQueueId());
        header.setBrokerName(queue.getBrokerName());
        try {
            return client.getMQClientAPIImpl().queryConsumerOffset(client.findBrokerAddressInPublish(queue.getBrokerName()), header, 3_000);
        } catch (MQBrokerException nothingCommitted) {
            return 0;
        } catch (Exception e) {
            throw new IllegalStateException("ask for the offset of " + consumer.getConsumerGroup() + " in " + queue, e);
        }
    }

    /** Reads a topic from its beginning, each queue in order, until there are n messages. */
    List<MessageExt> read(String topic, int n) throws Exception {
        DefaultMQPullConsumer reader = pullConsumer(unique("readers"));
        Map<MessageQueue, Long> next = new HashMap<>();
        await("the topic " + topic).atMost(SOON).ignoreExceptions().until(() -> {
            for (MessageQueue queue : reader.fetchSubscribeMessageQueues(topic)) {
                next.put(queue, reader.minOffset(queue));
            }
            return !next.isEmpty();
        });
        List<MessageExt> got = new ArrayList<>();
        await(n + " messages in " + topic).atMost(SOON).until(() -> {
            for (MessageQueue queue : next.keySet()) {
                PullResult result = reader.pull(queue, "*", next.get(queue), 32);
                if (result.getPullStatus() == PullStatus.FOUND) {
                    got.addAll(result.getMsgFoundList());
                }
                next.put(queue, result.getNextBeginOffset());
            }
            return got.size() >= n;
        });
        return got;
    }

    /** Polls until there are n messages. */
    static List<MessageExt> poll(DefaultLitePullConsumer consumer, int n) {
        List<MessageExt> got = new ArrayList<>();
        await(n + " messages").atMost(SOON).until(() -> {
            got.addAll(consumer.poll(500));
            return got.size() >= n;
        });
        return got;
    }

    @Override
    public void close() {
        while (!shutdowns.isEmpty()) {
            shutdowns.pop().run();
        }
    }
}
