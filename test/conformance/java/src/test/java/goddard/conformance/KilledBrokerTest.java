package goddard.conformance;

import static goddard.conformance.Clients.SOON;
import static goddard.conformance.Clients.awaitAssigned;
import static goddard.conformance.Clients.awaitConsumed;
import static goddard.conformance.Clients.body;
import static goddard.conformance.Clients.message;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it kills the broker that all tests use")
class KilledBrokerTest {
    /**
     * A producer sends all the time, a group consumes all the time. Nothing acknowledged is lost for it nor for a group that starts
     * afterwards, every acknowledged message is where its acknowledgement said, and each is there once under its ID, unless its
     * send was repeated by the client. What failed, and what is for later, comes after the restart.
     */
    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        String topic = Clients.unique("killed");
        String retried = Clients.unique("retried");
        String group = Clients.unique("survivors");
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try (Clients clients = new Clients()) {
            clients.topic(topic, 4);
            clients.topic(retried, 1);
            Inbox live = new Inbox();
            DefaultMQPushConsumer consumer = clients.consume(group, topic, "*", live);
            Inbox failing = new Inbox(message -> message.getReconsumeTimes() > 0, 0);
            awaitAssigned(topic, consumer);
            DefaultMQPushConsumer retrier = clients.consume(Clients.unique("retriers"), retried, "*", failing);
            awaitAssigned(retried, retrier);

            DefaultMQProducer producer = clients.producer();
            producer.setRetryTimesWhenSendAsyncFailed(0);
            ConcurrentMap<String, SendResult> acknowledged = new ConcurrentHashMap<>();
            AtomicInteger sent = new AtomicInteger();
            clock.scheduleAtFixedRate(() -> send(producer, message(topic, null, "message " + sent.getAndIncrement()), acknowledged),
                0, 2, TimeUnit.MILLISECONDS);
            await().atMost(SOON).until(() -> acknowledged.size() >= 500);

            DefaultMQProducer other = clients.producer();
            Message later = message(topic, null, "for later");
            later.setDelayTimeLevel(3);
            assertEquals(SendStatus.SEND_OK, other.send(later).getSendStatus());
            assertEquals(SendStatus.SEND_OK, other.send(message(retried, null, "fails once")).getSendStatus());
            awaitConsumed(retrier, retried); // so it is sent back, to come again after 10 s

            Server.kill();
            int before = acknowledged.size();
            Server.start();
            await("acknowledgements after the restart").atMost(SOON).until(() -> acknowledged.size() >= before + 500);
            clock.shutdown();
            assertTrue(clock.awaitTermination(10, TimeUnit.SECONDS));

            await("the group that ran").atMost(SOON).until(() -> Set.copyOf(live.bodies()).containsAll(acknowledged.keySet()));
            await("the message for later").atMost(SOON).until(() -> live.bodies().contains("for later"));
            await("the retry").atMost(SOON).until(() -> failing.messages().stream().anyMatch(message -> message.getReconsumeTimes() == 1));

            Inbox late = new Inbox();
            awaitConsumed(clients.consume(Clients.unique("late"), topic, "*", late), topic);
            Map<String, MessageExt> stored = new HashMap<>();
            for (MessageExt got : late.messages()) {
                stored.put(body(got), got);
            }
            assertEquals(late.messages().size(), stored.size(), "the group that started afterwards got nothing twice");
            for (Map.Entry<String, SendResult> entry : acknowledged.entrySet()) {
                MessageExt got = stored.get(entry.getKey());
                assertEquals(entry.getValue().getMsgId(), got.getMsgId());
                assertEquals(entry.getValue().getMessageQueue().getQueueId(), got.getQueueId());
                assertEquals(entry.getValue().getQueueOffset(), got.getQueueOffset());
            }
        } finally {
            clock.shutdownNow();
        }
    }

    /** Sends once; what happens to a message that the broker does not acknowledge is not asked. */
    private static void send(DefaultMQProducer producer, Message message, Map<String, SendResult> acknowledged) {
        String body = body(message);
        try {
            producer.send(message, new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    if (result.getSendStatus() == SendStatus.SEND_OK) {
                        acknowledged.put(body, result);
                    }
                }

                @Override
                public void onException(Throwable e) {
                }
            });
        } catch (Exception noConnection) {
            // the next one may find it
        }
    }
}
