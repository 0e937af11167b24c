package goddard.conformance;

import static goddard.conformance.Clients.awaitAssigned;
import static goddard.conformance.Clients.awaitConsumed;
import static goddard.conformance.Clients.message;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The very first start of a group that says nothing about where to begin.
 *
 * <p>The original can lose what is sent between two of a starting consumer's requests. For a queue without messages it answers
 * the question for the group's offset with "none", the client then asks for the queue's end and begins there, and a message that arrived
 * between the two is never delivered. Goddard answers with offset 0 as long as nothing was deleted from the queue. So the tests
 * keep sending while a consumer starts, but for the original they pause until it has taken its queues.
 */
class FirstStartTest {
    private final Clients clients = new Clients();
    private final String topic = Clients.unique("first_start");
    private final String group = Clients.unique("new_group");
    private final Inbox inbox = new Inbox();
    private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
    private DefaultMQProducer producer;

    @BeforeEach
    void start() throws Exception {
        producer = clients.producer();
    }

    @AfterEach
    void close() {
        clients.close();
    }

    private void send(int n) throws Exception {
        for (int i = 0; i < n; i++) {
            String body = "message " + sent.size();
            producer.send(message(topic, null, body));
            sent.add(body);
        }
    }

    /** Sends until all queues are taken; for the original it only waits for that. */
    private void sendWhileStarting(DefaultMQPushConsumer consumer, int queues) throws Exception {
        if (Server.isOriginal()) {
            awaitAssigned(topic, consumer);
            return;
        }
        while (Clients.taken(topic, consumer) < queues) {
            send(1);
            LockSupport.parkNanos(1_000_000); // a consumer that waits for its topic looks every 20 s, so not too many
        }
    }

    private void assertNothingIsLost(DefaultMQPushConsumer consumer) throws Exception {
        awaitAssigned(topic, consumer);
        send(20);
        inbox.await(sent.size());
        awaitConsumed(consumer, topic);
        assertEquals(sent.stream().sorted().toList(), inbox.sortedBodies());
    }

    @Test
    void onAnOlderTopic() throws Exception {
        clients.topic(topic, 4);
        send(100);
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", inbox);
        sendWhileStarting(consumer, 4);
        assertNothingIsLost(consumer);
    }

    @Test
    void onATopicWithoutMessages() throws Exception {
        clients.topic(topic, 8);
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", inbox);
        sendWhileStarting(consumer, 8);
        assertNothingIsLost(consumer);
    }

    @Test
    void onATopicThatIsCreatedByTheFirstMessage() throws Exception {
        send(1);
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", inbox);
        sendWhileStarting(consumer, 4);
        assertNothingIsLost(consumer);
    }

    @Test
    void beforeTheTopicIsThere() throws Exception {
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", inbox);
        send(20);
        sendWhileStarting(consumer, 4);
        assertNothingIsLost(consumer);
    }
}
