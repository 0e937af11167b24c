package goddard.conformance;

import static goddard.conformance.Clients.SOON;
import static goddard.conformance.Clients.awaitConsumed;
import static goddard.conformance.Clients.body;
import static goddard.conformance.Clients.message;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageExt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An order service: orders are created and purchased, and three groups follow what interests them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderStoryTest {
    private static final String CREATED = "order_created";
    private static final String PURCHASED = "order_purchased";
    private static final String IMPOSSIBLE = "impossible";

    private final Clients clients = new Clients();
    private final String topic = Clients.unique("order_events");
    private final String inventoryGroup = Clients.unique("inventory");
    private final Inbox inventory = new Inbox(message -> !body(message).startsWith(IMPOSSIBLE), 0);
    private final Inbox notification = new Inbox();
    private final Inbox monitoring = new Inbox();
    private List<DefaultMQPushConsumer> consumers;
    private DefaultMQProducer producer;

    @BeforeAll
    void start() throws Exception {
        producer = clients.producer();
        clients.topic(topic, 4);
        DefaultMQPushConsumer stock = clients.consumer(inventoryGroup);
        stock.setMaxReconsumeTimes(2);
        stock.subscribe(topic, PURCHASED);
        stock.registerMessageListener((MessageListenerConcurrently) inventory::take);
        stock.start();
        consumers = List.of(stock,
            clients.consume(Clients.unique("notification"), topic, PURCHASED, notification),
            clients.consume(Clients.unique("monitoring"), topic, CREATED, monitoring));
        for (DefaultMQPushConsumer consumer : consumers) {
            Clients.awaitAssigned(topic, consumer);
        }
    }

    @AfterAll
    void close() {
        clients.close();
    }

    /** Sends n orders at once and waits until all are acknowledged. */
    private List<String> send(String tag, String product, int n) throws Exception {
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        List<String> orders = IntStream.range(0, n).mapToObj(i -> Clients.unique(product)).sorted().toList();
        for (String order : orders) {
            producer.send(message(topic, tag, order), new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    acknowledged.add(order);
                }

                @Override
                public void onException(Throwable e) {
                    throw new IllegalStateException(order, e);
                }
            });
        }
        await("acknowledged orders").atMost(SOON).until(() -> acknowledged.size() == n);
        return orders;
    }

    private static List<String> of(String product, Inbox inbox) {
        return inbox.sortedBodies().stream().filter(order -> order.startsWith(product)).toList();
    }

    @Test
    void eachGroupGetsExactlyTheEventsOfItsTag() throws Exception {
        List<String> created = send(CREATED, "cup", 50);
        List<String> purchased = send(PURCHASED, "lamp", 50);
        List<String> sale = send(PURCHASED, "book", 500);
        for (DefaultMQPushConsumer consumer : consumers) {
            awaitConsumed(consumer, topic);
        }
        assertEquals(created, of("cup", monitoring));
        assertEquals(purchased, of("lamp", inventory));
        assertEquals(purchased, of("lamp", notification));
        assertEquals(sale, of("book", inventory));
        assertEquals(sale, of("book", notification));
        assertEquals(created.size(), monitoring.messages().size());
        assertEquals(List.of(), of("cup", inventory));
        assertEquals(List.of(), of("cup", notification));
    }

    @Test
    void whatFailsComesAgainAfterTheFirstDelaysAndIsThenADeadLetter() throws Exception {
        String order = send(PURCHASED, IMPOSSIBLE, 1).get(0);
        await().atMost(Duration.ofSeconds(90)).until(() -> of(IMPOSSIBLE, inventory).size() == 3);
        List<MessageExt> attempts = inventory.messages().stream().filter(message -> body(message).equals(order)).toList();
        assertEquals(List.of(0, 1, 2), attempts.stream().map(MessageExt::getReconsumeTimes).toList());
        assertPause(10, attempts.get(0), attempts.get(1));
        assertPause(30, attempts.get(1), attempts.get(2));

        MessageExt dead = clients.read("%DLQ%" + inventoryGroup, 1).get(0);
        assertEquals(order, body(dead));
        assertEquals(attempts.get(0).getMsgId(), dead.getMsgId());
        assertEquals(3, of(IMPOSSIBLE, inventory).size());
        assertEquals(List.of(order), of(IMPOSSIBLE, notification));
    }

    private static void assertPause(int seconds, MessageExt before, MessageExt after) {
        double pause = (after.getStoreTimestamp() - before.getStoreTimestamp()) / 1e3;
        assertTrue(pause > seconds - 0.5 && pause < seconds + 10, "stored " + pause + " s after the attempt before");
    }
}
