package goddard.orders;

import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Counts the orders that were created. */
@Component
@RocketMQMessageListener(
    topic = "${orders.topic}",
    selectorExpression = OrderEvents.CREATED,
    consumerGroup = "${orders.groups.monitoring}")
class MonitoringConsumer implements RocketMQListener<Order> {
    private final Counter counter;

    MonitoringConsumer(Counter counter) {
        this.counter = counter;
    }

    @Override
    public void onMessage(Order order) {
        counter.count(order);
    }
}
