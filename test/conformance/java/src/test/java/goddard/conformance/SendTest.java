package goddard.conformance;

import static goddard.conformance.Clients.SOON;
import static goddard.conformance.Clients.body;
import static goddard.conformance.Clients.message;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SendTest {
    private static final int MESSAGE_ILLEGAL = 13;
    private static final int INVALID_PARAMETER = 29;

    private final Clients clients = new Clients();
    private final String topic = Clients.unique("send");
    private DefaultMQProducer producer;

    @BeforeEach
    void start() throws Exception {
        producer = clients.producer();
    }

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void anUnknownTopicIsCreatedWithFourQueues() throws Exception {
        producer.send(message(topic, null, "first"));
        clients.queues(topic, 4);
        assertEquals("first", body(clients.read(topic, 1).get(0)));
    }

    @Test
    void theResultSaysWhereTheMessageIs() throws Exception {
        clients.topic(topic, 2);
        Map<Integer, Long> next = new HashMap<>();
        Map<String, SendResult> results = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            SendResult result = producer.send(message(topic, "a", "message " + i));
            assertEquals(SendStatus.SEND_OK, result.getSendStatus());
            assertEquals(topic, result.getMessageQueue().getTopic());
            assertEquals(next.getOrDefault(result.getMessageQueue().getQueueId(), 0L), result.getQueueOffset(), "offsets follow one another");
            next.put(result.getMessageQueue().getQueueId(), result.getQueueOffset() + 1);
            results.put("message " + i, result);
        }
        assertEquals(2, next.size(), "both queues are used");

        for (MessageExt got : clients.read(topic, 20)) {
            SendResult result = results.remove(body(got));
            assertEquals(result.getMsgId(), got.getMsgId());
            assertEquals(result.getMessageQueue().getQueueId(), got.getQueueId());
            assertEquals(result.getQueueOffset(), got.getQueueOffset());
            assertEquals("a", got.getTags());
        }
        assertEquals(Map.of(), results);
    }

    @Test
    void asynchronous() throws Exception {
        clients.topic(topic, 4);
        Queue<String> ids = new ConcurrentLinkedQueue<>();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 500; i++) {
            producer.send(message(topic, null, "message " + i), new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    ids.add(result.getMsgId());
                }

                @Override
                public void onException(Throwable e) {
                    failures.add(e);
                }
            });
        }
        await().atMost(SOON).until(() -> ids.size() + failures.size() == 500);
        assertEquals(0, failures.size(), () -> "the first failure: " + failures.peek());
        assertEquals(ids.stream().sorted().toList(), clients.read(topic, 500).stream().map(MessageExt::getMsgId).sorted().toList());
    }

    @Test
    void oneWay() throws Exception {
        clients.topic(topic, 4);
        for (int i = 0; i < 100; i++) {
            producer.sendOneway(message(topic, null, "message " + i));
        }
        assertEquals(100, clients.read(topic, 100).stream().map(Clients::body).distinct().count());
    }

    @Test
    void batch() throws Exception {
        clients.topic(topic, 4);
        List<Message> batch = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Message message = message(topic, "tag-" + i % 3, "message " + i);
            message.setKeys("key-" + i);
            message.putUserProperty("number", "" + i);
            batch.add(message);
        }
        SendResult result = producer.send(batch);
        assertEquals(SendStatus.SEND_OK, result.getSendStatus());
        assertEquals(0, result.getQueueOffset());
        assertEquals(50, result.getOffsetMsgId().split(",").length);
        List<String> ids = List.of(result.getMsgId().split(","));
        assertEquals(50, ids.size());
        assertEquals(50, producer.send(List.of(message(topic, null, "one more")), result.getMessageQueue()).getQueueOffset());

        List<MessageExt> got = clients.read(topic, 51).subList(0, 50);
        for (int i = 0; i < 50; i++) {
            MessageExt message = got.get(i);
            assertEquals("message " + i, body(message));
            assertEquals(ids.get(i), message.getMsgId());
            assertEquals(i, message.getQueueOffset());
            assertEquals(result.getMessageQueue().getQueueId(), message.getQueueId());
            assertEquals("tag-" + i % 3, message.getTags());
            assertEquals("key-" + i, message.getKeys());
            assertEquals("" + i, message.getUserProperty("number"));
        }
    }

    @Test
    void toAGivenQueue() throws Exception {
        for (MessageQueue queue : clients.topic(topic, 5)) {
            SendResult result = producer.send(message(topic, null, "for " + queue.getQueueId()), queue);
            assertEquals(queue, result.getMessageQueue());
            assertEquals(0, result.getQueueOffset());
        }
        clients.read(topic, 5).forEach(got -> assertEquals("for " + got.getQueueId(), body(got)));
    }

    @Test
    void oneKeyOneQueue() throws Exception {
        clients.topic(topic, 8);
        Map<String, Integer> queueOf = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            String key = "customer " + i % 10;
            SendResult result = producer.send(message(topic, null, key), new SelectMessageQueueByHash(), key);
            int queue = result.getMessageQueue().getQueueId();
            assertEquals(queue, queueOf.computeIfAbsent(key, k -> queue));
        }
        clients.read(topic, 60).forEach(got -> assertEquals(queueOf.get(body(got)), got.getQueueId()));
    }

    @Test
    void keysFlagAndPropertiesArrive() throws Exception {
        clients.topic(topic, 1);
        Message sent = message(topic, "Größe", "body");
        sent.setKeys(List.of("k1", "k2"));
        sent.setFlag(42);
        sent.setBuyerId("buyer");
        sent.setWaitStoreMsgOK(false);
        sent.putUserProperty("equation", "a=b,c:\"d\"");
        sent.putUserProperty("日本", "東京 🗼");
        SendResult result = producer.send(sent);

        MessageExt got = clients.read(topic, 1).get(0);
        assertEquals("Größe", got.getTags());
        assertEquals("k1 k2", got.getKeys());
        assertEquals(42, got.getFlag());
        assertEquals("buyer", got.getBuyerId());
        assertEquals("a=b,c:\"d\"", got.getUserProperty("equation"));
        assertEquals("東京 🗼", got.getUserProperty("日本"));
        assertEquals(result.getMsgId(), got.getMsgId());
        assertEquals(0, got.getReconsumeTimes());
        assertTrue(got.getStoreTimestamp() >= got.getBornTimestamp());
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void compressedBodiesArrive(CompressionType type) throws Exception {
        clients.topic(topic, 1);
        producer.setCompressType(type);
        String body = "as long as that ".repeat(2_000);
        producer.send(message(topic, null, body));
        assertEquals(body, body(clients.read(topic, 1).get(0)));
    }

    @Test
    void theLargestBody() throws Exception {
        clients.topic(topic, 1);
        producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        producer.setMaxMessageSize(8 << 20);
        byte[] body = new byte[4 << 20];
        new Random(1).nextBytes(body);
        producer.send(new Message(topic, body), 10_000);
        assertArrayEquals(body, clients.read(topic, 1).get(0).getBody());

        Message larger = new Message(topic, new byte[body.length + 1]);
        assertEquals(MESSAGE_ILLEGAL, refusal(() -> producer.send(larger, 10_000)));
    }

    @Test
    void whatIsNotAllowedIsRefusedAndNothingElseSuffers() throws Exception {
        MessageQueue queue = clients.topic(topic, 1).get(0);
        Message properties = message(topic, null, "too many properties");
        properties.putUserProperty("large", "x".repeat(33_000));
        assertEquals(MESSAGE_ILLEGAL, refusal(() -> producer.send(properties)));
        assertEquals(INVALID_PARAMETER,
            refusal(() -> producer.send(message(topic, null, "no such queue"), new MessageQueue(topic, queue.getBrokerName(), 99))));

        assertEquals(0, producer.send(message(topic, null, "fine")).getQueueOffset());
        assertEquals(List.of("fine"), clients.read(topic, 1).stream().map(Clients::body).toList());
    }

    @Test
    void topicsAreCreatedByTheNameOfTheCluster() throws Exception {
        producer.createTopic("DefaultCluster", topic, 3, Map.of());
        clients.queues(topic, 3);
        producer.createTopic("DefaultCluster", topic, 6, Map.of());
        List<MessageQueue> queues = clients.queues(topic, 6);
        assertEquals(IntStream.range(0, 6).boxed().toList(), queues.stream().map(MessageQueue::getQueueId).toList());
    }

    private interface Send {
        void run() throws Exception;
    }

    private static int refusal(Send send) {
        return assertThrows(MQBrokerException.class, send::run).getResponseCode();
    }
}
