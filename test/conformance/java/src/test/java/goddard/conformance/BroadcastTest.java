package goddard.conformance;

import static goddard.conformance.Clients.awaitAssigned;
import static goddard.conformance.Clients.message;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.remoting.protocol.heartbeat.MessageModel;
import org.junit.jupiter.api.Test;

class BroadcastTest {
    @Test
    void everyMemberGetsEverything() throws Exception {
        String topic = Clients.unique("broadcast");
        String group = Clients.unique("audience");
        try (Clients clients = new Clients()) {
            clients.topic(topic, 4);
            List<Inbox> inboxes = List.of(new Inbox(), new Inbox(), new Inbox());
            for (Inbox inbox : inboxes) {
                DefaultMQPushConsumer consumer = clients.consumer(group);
                consumer.setMessageModel(MessageModel.BROADCASTING);
                consumer.subscribe(topic, "*");
                consumer.registerMessageListener((MessageListenerConcurrently) inbox::take);
                consumer.start();
                awaitAssigned(topic, consumer);
            }
            DefaultMQProducer producer = clients.producer();
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                sent.add("message " + i);
                producer.send(message(topic, null, sent.get(i)));
            }
            for (Inbox inbox : inboxes) {
                assertEquals(sent.stream().sorted().toList(), inbox.await(40).sortedBodies());
            }
        }
    }
}
