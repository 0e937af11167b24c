package goddard.conformance;

import static goddard.conformance.Clients.SOON;
import static goddard.conformance.Clients.awaitAssigned;
import static goddard.conformance.Clients.awaitConsumed;
import static goddard.conformance.Clients.body;
import static goddard.conformance.Clients.message;
import static goddard.conformance.Clients.taken;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumeTest {
    private final Clients clients = new Clients();
    private final String topic = Clients.unique("consume");
    private final String group = Clients.unique("consumers");
    private DefaultMQProducer producer;

    @BeforeEach
    void start() throws Exception {
        clients.topic(topic, 4);
        producer = clients.producer();
    }

    @AfterEach
    void close() {
        clients.close();
    }

    private List<String> send(String tag, int n) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            bodies.add(tag + " " + Clients.unique("message"));
            producer.send(message(topic, tag, bodies.get(i)));
        }
        return bodies;
    }

    @SafeVarargs
    private static List<String> sorted(List<String>... lists) {
        return Stream.of(lists).flatMap(List::stream).sorted().toList();
    }

    @Test
    void everyGroupGetsTheTagsThatItAskedFor() throws Exception {
        Inbox apples = new Inbox();
        Inbox fruit = new Inbox();
        Inbox all = new Inbox();
        List<DefaultMQPushConsumer> consumers = List.of(
            clients.consume(Clients.unique("apples"), topic, "apple", apples),
            clients.consume(Clients.unique("fruit"), topic, "apple || pear", fruit),
            clients.consume(Clients.unique("all"), topic, "*", all));
        for (DefaultMQPushConsumer consumer : consumers) {
            awaitAssigned(topic, consumer);
        }
        List<String> apple = send("apple", 10);
        List<String> pear = send("pear", 10);
        List<String> stone = send("stone", 10);
        for (DefaultMQPushConsumer consumer : consumers) {
            awaitConsumed(consumer, topic);
        }
        assertEquals(sorted(apple), apples.sortedBodies());
        assertEquals(sorted(apple, pear), fruit.sortedBodies());
        assertEquals(sorted(apple, pear, stone), all.sortedBodies());
    }

    /** The broker compares tags by their hash; Aa and BB have the same. */
    @Test
    void tagsWithEqualHashesAreTold() throws Exception {
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "Aa", inbox);
        awaitAssigned(topic, consumer);
        List<String> wanted = send("Aa", 5);
        send("BB", 5);
        awaitConsumed(consumer, topic);
        assertEquals(sorted(wanted), inbox.sortedBodies());
    }

    @Test
    void theMembersOfAGroupShareTheQueuesAndTakeOverFromOneAnother() throws Exception {
        Inbox first = new Inbox();
        Inbox second = new Inbox();
        DefaultMQPushConsumer stays = clients.consume(group, topic, "*", first);
        awaitAssigned(topic, stays);
        DefaultMQPushConsumer leaves = clients.consume(group, topic, "*", second);
        awaitAssigned(topic, stays, leaves);
        assertEquals(2, taken(topic, stays));
        List<String> shared = send("a", 40);
        await().atMost(SOON).until(() -> first.messages().size() + second.messages().size() >= 40);
        awaitConsumed(stays, topic);
        assertEquals(sorted(shared), sorted(first.bodies(), second.bodies()));
        assertEquals(20, first.messages().size());

        leaves.shutdown();
        await("told that the other left").atMost(Duration.ofSeconds(10)).until(() -> taken(topic, stays) == 4); // unasked, it looks every 20 s
        List<String> rest = send("a", 40);
        first.await(60);
        awaitConsumed(stays, topic);
        assertEquals(sorted(shared, rest), sorted(first.bodies(), second.bodies()));
    }

    @Test
    void aGroupContinuesWhereItStopped() throws Exception {
        Inbox before = new Inbox();
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", before);
        awaitAssigned(topic, consumer);
        List<String> early = send("a", 20);
        before.await(20);
        awaitConsumed(consumer, topic);
        consumer.shutdown();
        List<String> late = send("a", 20);
        Inbox after = new Inbox();
        awaitConsumed(clients.consume(group, topic, "*", after), topic);
        assertEquals(sorted(early), before.sortedBodies());
        assertEquals(sorted(late), after.sortedBodies());
    }

    @Test
    void aGroupMayBeginAtATime() throws Exception {
        send("early", 10);
        SendResult last = producer.send(message(topic, "early", "the last early one"));
        long stored = clients.read(topic, 11).stream().filter(got -> got.getMsgId().equals(last.getMsgId())).findFirst().orElseThrow()
            .getStoreTimestamp();
        // The client knows seconds only.
        await().atMost(SOON).until(() -> System.currentTimeMillis() / 1_000 > stored / 1_000);
        String second = UtilAll.timeMillisToHumanString3(System.currentTimeMillis()).substring(0, 14);
        List<String> late = send("late", 10);

        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = clients.consumer(group);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_TIMESTAMP);
        consumer.setConsumeTimestamp(second);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) inbox::take);
        consumer.start();
        awaitAssigned(topic, consumer);
        awaitConsumed(consumer, topic);
        if (Server.isOriginal()) {
            // It may answer the question for the group's offset with 0, so that the client never asks for the time.
            assertTrue(inbox.bodies().containsAll(late));
        } else {
            assertEquals(sorted(late), inbox.sortedBodies());
        }
    }

    @Test
    void aSubscriptionMayChangeWhileTheConsumerRuns() throws Exception {
        String other = Clients.unique("other");
        clients.topic(other, 2);
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "a", inbox);
        awaitAssigned(topic, consumer);
        consumer.subscribe(other, "*");
        awaitAssigned(other, consumer);
        producer.send(message(other, null, "from the other topic"));
        inbox.await(1);
        consumer.unsubscribe(other);
        await().atMost(SOON).until(() -> taken(other, consumer) == 0);
        List<String> wanted = send("a", 5);
        awaitConsumed(consumer, topic);
        assertEquals(sorted(wanted, List.of("from the other topic")), inbox.sortedBodies());
    }

    @Test
    void aListenerMayTakeManyMessagesAtATime() throws Exception {
        List<String> sent = send("a", 200);
        Inbox inbox = new Inbox();
        List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
        DefaultMQPushConsumer consumer = clients.consumer(group);
        consumer.setPullBatchSize(32);
        consumer.setConsumeMessageBatchMaxSize(16);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (batch, context) -> {
            sizes.add(batch.size());
            return inbox.take(batch, context);
        });
        consumer.start();
        inbox.await(200);
        awaitConsumed(consumer, topic);
        assertEquals(sorted(sent), inbox.sortedBodies());
        assertTrue(sizes.stream().anyMatch(size -> size > 1), "batches of " + sizes);
    }

    @Test
    void aConsumerMayPause() throws Exception {
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", inbox);
        awaitAssigned(topic, consumer);
        List<String> before = send("a", 5);
        inbox.await(5);
        consumer.suspend();
        List<String> during = send("a", 5);
        consumer.resume();
        inbox.await(10);
        awaitConsumed(consumer, topic);
        assertEquals(sorted(before, during), inbox.sortedBodies());
    }

    @Test
    void aMessageComesAgainAfterTheDelayThatTheListenerChooses() throws Exception {
        Inbox inbox = new Inbox(message -> message.getReconsumeTimes() == 3, 1);
        DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", inbox);
        String retries = "%RETRY%" + group;
        await(retries).atMost(SOON).until(() -> taken(topic, consumer) == 4 && taken(retries, consumer) == 1);
        SendResult sent = producer.send(message(topic, "a", "again"));

        inbox.await(4);
        awaitConsumed(consumer, retries);
        List<MessageExt> got = inbox.messages();
        assertEquals(List.of(0, 1, 2, 3), got.stream().map(MessageExt::getReconsumeTimes).toList());
        for (MessageExt attempt : got) {
            assertEquals(sent.getMsgId(), attempt.getMsgId());
            assertEquals(topic, attempt.getTopic());
            assertEquals("a", attempt.getTags());
            assertEquals("again", body(attempt));
        }
        for (int i = 1; i < got.size(); i++) {
            long pause = got.get(i).getStoreTimestamp() - got.get(i - 1).getStoreTimestamp();
            assertTrue(pause > 900 && pause < 10_000, "attempt " + i + " was stored " + pause + " ms after the one before");
            assertEquals(got.get(1).getProperty("ORIGIN_MESSAGE_ID"), got.get(i).getProperty("ORIGIN_MESSAGE_ID"));
        }
    }

    @Test
    void aListenerMayGiveUpAtOnce() throws Exception {
        Inbox inbox = new Inbox(message -> false, -1);
        awaitAssigned(topic, clients.consume(group, topic, "*", inbox));
        SendResult sent = producer.send(message(topic, "a", "hopeless"));
        MessageExt dead = clients.read("%DLQ%" + group, 1).get(0);
        assertEquals("hopeless", body(dead));
        assertEquals(sent.getMsgId(), dead.getMsgId());
        assertEquals(topic, dead.getProperty("RETRY_TOPIC"));
        assertEquals(1, inbox.messages().size());
    }
}
