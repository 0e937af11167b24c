package goddard.conformance;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.common.message.MessageExt;
import org.awaitility.Awaitility;

/** What a consumer, or several, were given, in order of arrival, as listeners of both kinds. Safe for concurrent use. */
final class Inbox {
    private final Queue<MessageExt> messages = new ConcurrentLinkedQueue<>();
    private final Predicate<MessageExt> accepts;
    private final int delayLevel;

    Inbox() {
        this(message -> true, 0);
    }

    /** One that asks for the messages again that it does not accept, after the delay of the level; 0 leaves that to the broker. */
    Inbox(Predicate<MessageExt> accepts, int delayLevel) {
        this.accepts = accepts;
        this.delayLevel = delayLevel;
    }

    ConsumeConcurrentlyStatus take(List<MessageExt> batch, ConsumeConcurrentlyContext context) {
        messages.addAll(batch);
        context.setDelayLevelWhenNextConsume(delayLevel);
        return batch.stream().allMatch(accepts) ? ConsumeConcurrentlyStatus.CONSUME_SUCCESS : ConsumeConcurrentlyStatus.RECONSUME_LATER;
    }

    ConsumeOrderlyStatus takeInOrder(List<MessageExt> batch, ConsumeOrderlyContext context) {
        messages.addAll(batch);
        context.setSuspendCurrentQueueTimeMillis(100);
        return batch.stream().allMatch(accepts) ? ConsumeOrderlyStatus.SUCCESS : ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
    }

    List<MessageExt> messages() {
        return List.copyOf(messages);
    }

    /** The bodies in order of arrival. */
    List<String> bodies() {
        return messages.stream().map(Clients::body).toList();
    }

    List<String> sortedBodies() {
        return bodies().stream().sorted().toList();
    }

    /** Waits for n messages. */
    Inbox await(int n) {
        Awaitility.await(n + " messages").atMost(Clients.SOON).until(() -> messages.size() >= n);
        return this;
    }
}
