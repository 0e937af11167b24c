package goddard.conformance;

import static goddard.conformance.Clients.SOON;
import static goddard.conformance.Clients.awaitAssigned;
import static goddard.conformance.Clients.body;
import static goddard.conformance.Clients.message;
import static goddard.conformance.Clients.poll;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullCallback;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Consumers that decide themselves where to read: the pull consumer with a cache, and single pulls. */
@SuppressWarnings("deprecation") // DefaultMQPullConsumer is the only client API for single pulls
class PullTest {
    private final Clients clients = new Clients();
    private final String topic = Clients.unique("pull");
    private final String group = Clients.unique("pullers");
    private DefaultMQProducer producer;
    private MessageQueue queue;

    @BeforeEach
    void start() throws Exception {
        queue = clients.topic(topic, 1).get(0);
        producer = clients.producer();
    }

    @AfterEach
    void close() {
        clients.close();
    }

    private void send(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            producer.send(message(topic, i % 2 == 0 ? "even" : "odd", "" + i));
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static List<String> bodies(List<MessageExt> messages) {
        return messages.stream().map(Clients::body).toList();
    }

    @Test
    void whatIsCommittedIsNotPolledAgain() throws Exception {
        send(0, 20);
        DefaultLitePullConsumer first = clients.litePullConsumer(group);
        first.setAutoCommit(false);
        first.setPullBatchSize(10);
        first.subscribe(topic, "*");
        first.start();
        assertEquals(numbers(0, 20), bodies(poll(first, 20)));
        first.commit();
        await().atMost(SOON).until(() -> first.committed(queue) == 20);
        first.shutdown();

        send(20, 30);
        DefaultLitePullConsumer second = clients.litePullConsumer(group);
        second.subscribe(topic, "odd");
        second.start();
        assertEquals(List.of("21", "23", "25", "27", "29"), bodies(poll(second, 5)));
    }

    @Test
    void seekPauseAndResume() throws Exception {
        send(0, 20);
        DefaultLitePullConsumer consumer = clients.litePullConsumer(group);
        consumer.setAutoCommit(false);
        consumer.start();
        consumer.assign(List.of(queue));
        seek(() -> consumer.seekToBegin(queue));
        assertEquals(numbers(0, 20), bodies(poll(consumer, 20)));
        seek(() -> consumer.seek(queue, 15));
        assertEquals(numbers(15, 20), bodies(poll(consumer, 5)));
        seek(() -> consumer.seekToEnd(queue));
        send(20, 22);
        assertEquals(numbers(20, 22), bodies(poll(consumer, 2)));

        consumer.pause(List.of(queue));
        send(22, 24);
        // A pull that was under way when the pause began may still bring what it finds.
        List<MessageExt> got = new ArrayList<>(consumer.poll(1_500));
        consumer.resume(List.of(queue));
        got.addAll(poll(consumer, 2 - got.size()));
        assertEquals(numbers(22, 24), bodies(got));
    }

    private interface Seek {
        void run() throws Exception;
    }

    /** To seek, the client interrupts its pull; that may close the connection over which it seeks. So it may need a second try. */
    private static void seek(Seek seek) {
        await("seek").atMost(SOON).ignoreExceptions().until(() -> {
            seek.run();
            return true;
        });
    }

    @Test
    void offsetsAndTimes() throws Exception {
        DefaultMQPullConsumer consumer = clients.pullConsumer(group);
        assertEquals(0, consumer.minOffset(queue));
        assertEquals(0, consumer.maxOffset(queue));
        assertEquals(0, consumer.searchOffset(queue, System.currentTimeMillis()));

        send(0, 10);
        MessageExt last = clients.read(topic, 10).get(9);
        await("another millisecond").until(() -> System.currentTimeMillis() > last.getStoreTimestamp() + 1);
        send(10, 20);
        List<MessageExt> all = clients.read(topic, 20);
        assertEquals(0, consumer.minOffset(queue));
        assertEquals(20, consumer.maxOffset(queue));
        assertEquals(all.get(0).getStoreTimestamp(), consumer.earliestMsgStoreTime(queue));
        assertEquals(0, consumer.searchOffset(queue, all.get(0).getStoreTimestamp() - 1_000));
        assertEquals(10, consumer.searchOffset(queue, last.getStoreTimestamp() + 1));
        assertEquals(20, consumer.searchOffset(queue, all.get(19).getStoreTimestamp() + 60_000));

        assertEquals(-1, consumer.fetchConsumeOffset(new MessageQueue(topic, queue.getBrokerName(), 7), true));
        consumer.updateConsumeOffset(queue, 7);
        consumer.persist(queue);
        await().atMost(SOON).until(() -> consumer.fetchConsumeOffset(queue, true) == 7);
    }

    @Test
    void singlePulls() throws Exception {
        DefaultMQPullConsumer consumer = clients.pullConsumer(group);
        send(0, 40);
        PullResult some = consumer.pull(queue, "*", 5, 10);
        assertEquals(PullStatus.FOUND, some.getPullStatus());
        assertEquals(numbers(5, 15), bodies(some.getMsgFoundList()));
        assertEquals(15, some.getNextBeginOffset());
        assertEquals(0, some.getMinOffset());
        assertEquals(40, some.getMaxOffset());

        PullResult odd = consumer.pull(queue, "odd", 30, 32);
        assertEquals(List.of("31", "33", "35", "37", "39"), bodies(odd.getMsgFoundList()));
        assertEquals(40, odd.getNextBeginOffset());

        PullResult none = consumer.pull(queue, "neither", 0, 32);
        assertEquals(PullStatus.NO_MATCHED_MSG, none.getPullStatus());
        assertTrue(none.getNextBeginOffset() > 0, "goes on at " + none.getNextBeginOffset());

        PullResult end = consumer.pull(queue, "*", 40, 32);
        assertEquals(PullStatus.NO_NEW_MSG, end.getPullStatus());
        assertEquals(40, end.getNextBeginOffset());

        PullResult beyond = consumer.pull(queue, "*", 1_000, 32);
        assertEquals(PullStatus.OFFSET_ILLEGAL, beyond.getPullStatus());
        assertEquals(40, beyond.getNextBeginOffset());
    }

    @Test
    void aPullWaitsForItsMessage() throws Exception {
        DefaultMQPullConsumer consumer = clients.pullConsumer(group);
        send(0, 1);
        CompletableFuture<PullResult> held = new CompletableFuture<>();
        consumer.pullBlockIfNotFound(queue, "odd", 1, 32, new PullCallback() {
            @Override
            public void onSuccess(PullResult result) {
                held.complete(result);
            }

            @Override
            public void onException(Throwable e) {
                held.completeExceptionally(e);
            }
        });
        // Answered over the same connection while the pull is held.
        assertEquals(1, consumer.maxOffset(queue));
        producer.send(message(topic, "even", "not this one"));
        send(1, 2);
        PullResult result = held.get(10, TimeUnit.SECONDS);
        if (result.getPullStatus() == PullStatus.NO_MATCHED_MSG) { // it was looked at again when the other message came
            result = consumer.pullBlockIfNotFound(queue, "odd", result.getNextBeginOffset(), 32);
        }
        assertEquals(List.of("1"), bodies(result.getMsgFoundList()));
    }

    @Test
    void aPullThatWaitsInVainIsAnswered() throws Exception {
        DefaultMQPullConsumer consumer = clients.pullConsumer(group, Duration.ofSeconds(2));
        long began = System.nanoTime();
        PullResult result = consumer.pullBlockIfNotFound(queue, "*", 0, 32);
        double waited = (System.nanoTime() - began) / 1e9;
        assertEquals(PullStatus.NO_NEW_MSG, result.getPullStatus());
        assertEquals(0, result.getNextBeginOffset());
        assertTrue(waited > 1.5 && waited < 9, "it waited " + waited + " s");
    }

    @Test
    void aMessageMayBeSentBack() throws Exception {
        DefaultMQPullConsumer consumer = clients.pullConsumer(group);
        send(0, 1);
        MessageExt got = consumer.pull(queue, "*", 0, 32).getMsgFoundList().get(0);
        consumer.sendMessageBack(got, 1);
        consumer.shutdown(); // it counts as a member of the group and would keep the queue
        Inbox inbox = new Inbox();
        awaitAssigned(topic, clients.consume(group, topic, "nothing", inbox));
        MessageExt again = inbox.await(1).messages().get(0);
        assertEquals("0", body(again));
        assertEquals(1, again.getReconsumeTimes());
        assertEquals(topic, again.getTopic());
    }
}
