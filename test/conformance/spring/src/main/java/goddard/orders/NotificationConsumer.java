package goddard.orders;

import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Sends the receipt for what was purchased. */
@Component
@RocketMQMessageListener(
    topic = "${orders.topic}",
    selectorExpression = OrderEvents.PURCHASED,
    consumerGroup = "${orders.groups.notification}")
class NotificationConsumer implements RocketMQListener<Order> {
    private final Receipts receipts;

    NotificationConsumer(Receipts receipts) {
        this.receipts = receipts;
    }

    @Override
    public void onMessage(Order order) {
        receipts.send(order);
    }
}
