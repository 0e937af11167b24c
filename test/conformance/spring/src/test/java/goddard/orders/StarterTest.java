package goddard.orders;

import static goddard.orders.Shop.SOON;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.ConsumeMode;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.apache.rocketmq.spring.core.RocketMQPushConsumerLifecycleListener;
import org.apache.rocketmq.spring.support.RocketMQHeaders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.MessageBuilder;

/** The sends of the starter's template that the order application itself does not use. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StarterTest {
    private final Names names = Names.unique("starter");
    private Shop shop;
    private RocketMQTemplate template;

    @BeforeAll
    void open() {
        shop = Shop.open(names, new Ledger(), Parcels.class, Steps.class);
        template = shop.template();
        template.syncSend(names.topic() + ":warm-up", "creates the topic");
        shop.awaitAssigned();
    }

    @AfterAll
    void close() {
        shop.close();
    }

    @Test
    void batch() {
        List<Message<String>> parcels = IntStream.range(0, 50)
            .mapToObj(i -> MessageBuilder.withPayload("batch " + i).setHeader(RocketMQHeaders.KEYS, "key-" + i).build()).toList();
        SendResult result = template.syncSend(names.topic() + ":parcel", parcels);

        assertEquals(SendStatus.SEND_OK, result.getSendStatus());
        assertEquals(50, result.getMsgId().split(",").length, result.getMsgId());
        List<MessageExt> got = awaitParcels("batch ", 50);
        assertEquals(1, got.stream().map(MessageExt::getQueueId).distinct().count(), "a batch goes to one queue");
        got.forEach(message -> assertEquals(body(message).replace("batch ", "key-"), message.getKeys()));
    }

    @Test
    void oneWay() {
        for (int i = 0; i < 50; i++) {
            template.sendOneWay(names.topic() + ":parcel", "one-way " + i);
        }
        awaitParcels("one-way ", 50);
    }

    @Test
    void userHeadersArrive() {
        template.syncSend(names.topic() + ":parcel",
            MessageBuilder.withPayload("headers 0").setHeader("carrier", "Grüezi & Söhne").setHeader(RocketMQHeaders.KEYS, "k1").build());
        MessageExt got = awaitParcels("headers ", 1).get(0);
        assertEquals("Grüezi & Söhne", got.getUserProperty("carrier"));
        assertEquals("k1", got.getKeys());
    }

    @Test
    void delayed() {
        int[] seconds = {1, 5, 10}; // of levels 1, 2 and 3
        for (int level = 1; level <= seconds.length; level++) {
            SendResult result = template.syncSend(names.topic() + ":parcel",
                MessageBuilder.withPayload("level " + level).build(), 3_000, level);
            assertEquals(SendStatus.SEND_OK, result.getSendStatus());
        }
        for (MessageExt got : awaitParcels("level ", seconds.length)) {
            int level = got.getDelayTimeLevel();
            assertEquals("level " + level, body(got));
            double delay = (got.getStoreTimestamp() - got.getBornTimestamp()) / 1e3;
            assertTrue(delay > seconds[level - 1] - 0.5 && delay < seconds[level - 1] + 5, "level " + level + " took " + delay + " s");
        }
    }

    @Test
    void ordered() {
        int customers = 6;
        int steps = 20;
        for (int step = 0; step < steps; step++) {
            for (int customer = 0; customer < customers; customer++) {
                template.syncSendOrderly(names.topic() + ":step", customer + "/" + step, "customer " + customer);
            }
        }
        Steps got = shop.bean(Steps.class);
        await().atMost(SOON).until(() -> got.steps.size() >= customers * steps);
        shop.awaitConsumed();
        List<String> expected = new ArrayList<>();
        List<String> actual = new ArrayList<>();
        for (int customer = 0; customer < customers; customer++) {
            String prefix = customer + "/";
            IntStream.range(0, steps).forEach(step -> expected.add(prefix + step));
            got.steps.stream().filter(s -> s.startsWith(prefix)).forEach(actual::add);
        }
        assertEquals(expected, actual, "every customer's steps in order, none twice");
    }

    /** The starter's pull consumer behind rocketMQTemplate.receive. */
    @Test
    void received() {
        List<String> sent = IntStream.range(0, 20).mapToObj(i -> "pulled " + i).toList();
        sent.forEach(payload -> template.syncSend(names.topic() + ":pulled", payload));
        Names puller = Names.unique("puller");
        List<String> settings = Stream.concat(
            Stream.of("--rocketmq.pull-consumer.group=" + puller.topic(), "--rocketmq.pull-consumer.topic=" + names.topic(),
                "--rocketmq.pull-consumer.selector-expression=pulled"),
            Shop.without(puller, puller.inventory(), puller.notification(), puller.monitoring()).stream()).toList();
        try (Shop other = Shop.open(puller, new Ledger(), settings)) {
            List<String> got = new ArrayList<>();
            await().atMost(SOON).until(() -> {
                got.addAll(other.template().receive(String.class, 500));
                return got.size() >= sent.size();
            });
            assertEquals(sent.stream().sorted().toList(), got.stream().sorted().toList());
        }
    }

    /** Waits for the parcels whose body begins with the prefix, and checks that the numbered ones came once each. */
    private List<MessageExt> awaitParcels(String prefix, int n) {
        Queue<MessageExt> parcels = shop.bean(Parcels.class).parcels;
        await().atMost(SOON).until(() -> parcels.stream().filter(message -> body(message).startsWith(prefix)).count() >= n);
        shop.awaitConsumed();
        List<MessageExt> got = parcels.stream().filter(message -> body(message).startsWith(prefix)).toList();
        assertEquals(n, got.size());
        assertEquals(n, got.stream().map(StarterTest::body).distinct().count());
        return got;
    }

    private static String body(MessageExt message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    @RocketMQMessageListener(topic = "${orders.topic}", selectorExpression = "parcel", consumerGroup = "parcels_${orders.topic}")
    static class Parcels implements RocketMQListener<MessageExt> {
        final Queue<MessageExt> parcels = new ConcurrentLinkedQueue<>();

        @Override
        public void onMessage(MessageExt message) {
            parcels.add(message);
        }
    }

    @RocketMQMessageListener(topic = "${orders.topic}", selectorExpression = "step", consumerGroup = "steps_${orders.topic}",
        consumeMode = ConsumeMode.ORDERLY)
    static class Steps implements RocketMQListener<String>, RocketMQPushConsumerLifecycleListener {
        final Queue<String> steps = new ConcurrentLinkedQueue<>();

        @Override
        public void prepareStart(DefaultMQPushConsumer consumer) {
            if (Server.isOriginal()) {
                // An ordered consumer asks where to begin a second time when it has the lock of a queue. As the original answers "at
                // the end" for a queue without messages, it would skip those that were sent in between.
                consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
            }
        }

        @Override
        public void onMessage(String step) {
            steps.add(step);
        }
    }
}
