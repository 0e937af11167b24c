package goddard.conformance;

import static goddard.conformance.Clients.awaitAssigned;
import static goddard.conformance.Clients.awaitConsumed;
import static goddard.conformance.Clients.body;
import static goddard.conformance.Clients.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ordered consumption: a queue belongs, by a lock at the broker, to one member of the group. */
class OrderlyTest {
    private static final int KEYS = 6;

    private final Clients clients = new Clients();
    private final String topic = Clients.unique("ordered");
    private final String group = Clients.unique("ordered_consumers");
    private DefaultMQProducer producer;

    @BeforeEach
    void start() throws Exception {
        producer = clients.producer();
    }

    @AfterEach
    void close() {
        clients.close();
    }

    private DefaultMQPushConsumer consume(Inbox inbox, int maxReconsumeTimes) throws Exception {
        DefaultMQPushConsumer consumer = clients.consumer(group);
        consumer.setMaxReconsumeTimes(maxReconsumeTimes);
        if (Server.isOriginal()) {
            // An ordered consumer asks where to begin a second time when it has the lock of a queue. As the original answers "at
            // the end" for a queue without messages, it would skip those that were sent in between.
            consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        }
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerOrderly) inbox::takeInOrder);
        consumer.start();
        return consumer;
    }

    /** Sends the steps from, from + 1 ... to - 1 of every key. */
    private void send(int from, int to) throws Exception {
        for (int step = from; step < to; step++) {
            for (int key = 0; key < KEYS; key++) {
                producer.send(message(topic, null, key + "/" + step), new SelectMessageQueueByHash(), "key " + key);
            }
        }
    }

    /** Every key's steps 0 ... n - 1 in order, none missing, none twice. */
    private static void assertInOrder(int n, List<String> bodies) {
        List<String> expected = new ArrayList<>();
        List<String> actual = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            String prefix = key + "/";
            IntStream.range(0, n).forEach(step -> expected.add(prefix + step));
            bodies.stream().filter(body -> body.startsWith(prefix)).forEach(actual::add);
        }
        assertEquals(expected, actual);
    }

    @Test
    void everyKeyInOrderAlsoWhenMembersJoinAndLeave() throws Exception {
        clients.topic(topic, 8);
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer first = consume(inbox, -1);
        awaitAssigned(topic, first);
        send(0, 10);
        inbox.await(KEYS * 10);
        awaitConsumed(first, topic);

        DefaultMQPushConsumer second = consume(inbox, -1);
        awaitAssigned(topic, first, second);
        send(10, 20);
        inbox.await(KEYS * 20);
        awaitConsumed(first, topic);

        first.shutdown();
        awaitAssigned(topic, second);
        send(20, 30);
        inbox.await(KEYS * 30);
        awaitConsumed(second, topic);
        assertInOrder(30, inbox.bodies());
    }

    @Test
    void aMessageThatFailsHoldsUpItsQueueOnly() throws Exception {
        clients.topic(topic, 1);
        Inbox inbox = new Inbox(message -> !body(message).equals("0/1") || message.getReconsumeTimes() == 3, 0);
        DefaultMQPushConsumer consumer = consume(inbox, -1);
        awaitAssigned(topic, consumer);
        for (int step = 0; step < 4; step++) {
            producer.send(message(topic, null, "0/" + step));
        }
        inbox.await(7);
        awaitConsumed(consumer, topic);
        assertEquals(List.of("0/0", "0/1", "0/1", "0/1", "0/1", "0/2", "0/3"), inbox.bodies());
    }

    /** The consumer sends the message to its retry topic itself; as it holds locks, the broker makes it a dead letter at once. */
    @Test
    void aMessageThatKeepsFailingBecomesADeadLetterAndTheQueueGoesOn() throws Exception {
        clients.topic(topic, 1);
        Inbox inbox = new Inbox(message -> !body(message).equals("0/1"), 0);
        DefaultMQPushConsumer consumer = consume(inbox, 2);
        awaitAssigned(topic, consumer);
        for (int step = 0; step < 3; step++) {
            producer.send(message(topic, null, "0/" + step));
        }
        inbox.await(5);
        awaitConsumed(consumer, topic);
        assertEquals(List.of("0/0", "0/1", "0/1", "0/1", "0/2"), inbox.bodies());
        MessageExt dead = clients.read("%DLQ%" + group, 1).get(0);
        assertEquals("0/1", body(dead));
        assertEquals(topic, dead.getProperty("RETRY_TOPIC"));
        assertTrue(dead.getReconsumeTimes() >= 2, "reconsumed " + dead.getReconsumeTimes() + " times");
    }
}
