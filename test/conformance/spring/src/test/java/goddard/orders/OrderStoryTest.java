package goddard.orders;

import static goddard.orders.Ledger.Consumer.INVENTORY;
import static goddard.orders.Ledger.Consumer.MONITORING;
import static goddard.orders.Ledger.Consumer.NOTIFICATION;
import static goddard.orders.Shop.SOON;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One shop under the names that it has in application.yaml. The orders of an earlier run on the same server do not matter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderStoryTest {
    private final Ledger ledger = new Ledger();
    private Shop shop;

    @BeforeAll
    void open() {
        shop = Shop.open(Names.USUAL, ledger);
        shop.openCarefully();
    }

    @AfterAll
    void close() {
        shop.close();
    }

    @Test
    void eachGroupGetsExactlyTheEventsOfItsTag() {
        List<Order> created = shop.initialize(20);
        List<Order> purchased = shop.purchase(30);

        await().atMost(SOON).until(() -> ledger.hasAll(INVENTORY, purchased) && ledger.hasAll(NOTIFICATION, purchased)
            && ledger.hasAll(MONITORING, created));
        shop.awaitConsumed();
        assertEquals(Ledger.once(purchased), ledger.ids(INVENTORY, purchased));
        assertEquals(Ledger.once(purchased), ledger.ids(NOTIFICATION, purchased));
        assertEquals(Ledger.once(created), ledger.ids(MONITORING, created));
        assertEquals(List.of(), ledger.ids(MONITORING, purchased));
        assertEquals(List.of(), ledger.ids(INVENTORY, created));
        assertEquals(List.of(), ledger.ids(NOTIFICATION, created));
    }

    @Test
    void theShopGivesAnOrderItsIdTimeAndStatus() {
        Order created = shop.initialize(Shop.order("lamp", 2, "Ada")).join();
        assertNotNull(created.id());
        assertNotNull(created.time());
        assertEquals(Order.Status.CREATED, created.status());

        Order purchased = shop.purchase(Shop.order("lamp", 2, "Ada")).join();
        assertEquals(Order.Status.PURCHASED, purchased.status());
        await().atMost(SOON).until(() -> !ledger.of(NOTIFICATION, purchased).isEmpty());
        assertEquals(purchased, ledger.of(NOTIFICATION, purchased).get(0).order(), "the event carries the whole order");
    }

    @Test
    void flashSale() {
        List<Order> sold = shop.purchase(400);

        await().atMost(SOON).until(() -> ledger.hasAll(INVENTORY, sold) && ledger.hasAll(NOTIFICATION, sold));
        shop.awaitConsumed();
        assertEquals(Ledger.once(sold), ledger.ids(INVENTORY, sold));
        assertEquals(Ledger.once(sold), ledger.ids(NOTIFICATION, sold));
        assertEquals(List.of(), ledger.ids(MONITORING, sold));
    }

    @Test
    void aListenerThatThrowsGetsTheMessageAgainUntilItIsADeadLetter() throws Exception {
        Order tooMany = shop.purchase(Shop.order("moon", 1_000_000, "Jules")).join();

        await().atMost(Duration.ofSeconds(90)).until(() -> ledger.of(INVENTORY, tooMany).size() == 1 + InventoryConsumer.MAX_RETRIES);
        List<Ledger.Delivery> attempts = ledger.of(INVENTORY, tooMany);
        assertEquals(List.of(0, 1, 2), attempts.stream().map(Ledger.Delivery::attempt).toList());
        assertPause(10, attempts.get(0), attempts.get(1));
        assertPause(30, attempts.get(1), attempts.get(2));

        MessageExt dead = deadLetter(Names.USUAL.inventory(), tooMany);
        assertEquals(Names.USUAL.topic(), dead.getProperty("RETRY_TOPIC"));
        assertEquals(OrderEvents.PURCHASED, dead.getTags());
        assertEquals(1 + InventoryConsumer.MAX_RETRIES, ledger.of(INVENTORY, tooMany).size(), "a dead letter is not delivered again");
        assertEquals(1, ledger.of(NOTIFICATION, tooMany).size(), "one group's retries are not another's");
    }

    private static void assertPause(int seconds, Ledger.Delivery before, Ledger.Delivery after) {
        double pause = (after.nanos() - before.nanos()) / 1e9;
        assertTrue(pause > seconds - 0.5 && pause < seconds + 10, "the pause before attempt " + after.attempt() + " is " + pause + " s");
    }

    /** Reads the group's dead-letter topic from its beginning until the order is found. */
    @SuppressWarnings("deprecation") // the only client API for single pulls
    private static MessageExt deadLetter(String group, Order order) throws Exception {
        DefaultMQPullConsumer reader = new DefaultMQPullConsumer(Names.unique("dead_letters").topic());
        reader.setNamesrvAddr(Server.nameServer());
        reader.start();
        try {
            MessageQueue queue = await("the dead letters of " + group).atMost(SOON).ignoreExceptions()
                .until(() -> reader.fetchSubscribeMessageQueues("%DLQ%" + group).iterator().next(), Objects::nonNull);
            AtomicLong next = new AtomicLong(reader.minOffset(queue));
            return await("order " + order.id() + " among them").atMost(SOON).until(() -> {
                PullResult result = reader.pull(queue, "*", next.get(), 32);
                next.set(result.getNextBeginOffset());
                return Stream.ofNullable(result.getMsgFoundList()).flatMap(List::stream)
                    .filter(message -> new String(message.getBody(), StandardCharsets.UTF_8).contains(order.id())).findFirst();
            }, Optional::isPresent).orElseThrow();
        } finally {
            reader.shutdown();
        }
    }
}
