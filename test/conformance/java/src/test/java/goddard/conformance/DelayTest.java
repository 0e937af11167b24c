package goddard.conformance;

import static goddard.conformance.Clients.awaitAssigned;
import static goddard.conformance.Clients.awaitConsumed;
import static goddard.conformance.Clients.body;
import static goddard.conformance.Clients.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.junit.jupiter.api.Test;

class DelayTest {
    /** The delays of the first levels, in seconds. */
    private static final int[] SECONDS = {0, 1, 5, 10};

    @Test
    void messagesComeWhenTheirLevelSays() throws Exception {
        String topic = Clients.unique("delay");
        String group = Clients.unique("delayed");
        try (Clients clients = new Clients()) {
            clients.topic(topic, 4);
            Inbox inbox = new Inbox();
            DefaultMQPushConsumer consumer = clients.consume(group, topic, "a", inbox);
            awaitAssigned(topic, consumer);
            DefaultMQProducer producer = clients.producer();
            for (int i = 0; i < 40; i++) {
                int level = i % SECONDS.length;
                Message message = message(topic, "a", level + " " + i);
                message.setDelayTimeLevel(level);
                message.putUserProperty("number", "" + i);
                assertEquals(SendStatus.SEND_OK, producer.send(message).getSendStatus());
            }
            inbox.await(40);
            awaitConsumed(consumer, topic);

            List<MessageExt> got = inbox.messages();
            assertEquals(IntStream.range(0, 40).boxed().toList(),
                got.stream().map(message -> Integer.valueOf(message.getUserProperty("number"))).sorted().toList());
            for (MessageExt message : got) {
                int level = Integer.parseInt(body(message).split(" ")[0]);
                assertEquals(topic, message.getTopic());
                assertEquals(level, message.getDelayTimeLevel());
                assertTrue(message.getQueueId() >= 0 && message.getQueueId() < 4, "queue " + message.getQueueId());
                double delay = (message.getStoreTimestamp() - message.getBornTimestamp()) / 1e3;
                assertTrue(delay > SECONDS[level] - 0.5 && delay < SECONDS[level] + 5, "level " + level + " took " + delay + " s");
            }
        }
    }
}
