package goddard.orders;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/**
 * Lowers the stock by what was purchased. When that fails it throws, so that the message comes again: after 10 s, after 30 s more,
 * and then not any more; it is in the group's dead-letter topic from then on.
 */
@Component
@RocketMQMessageListener(
    topic = "${orders.topic}",
    selectorExpression = OrderEvents.PURCHASED,
    consumerGroup = "${orders.groups.inventory}",
    maxReconsumeTimes = InventoryConsumer.MAX_RETRIES)
class InventoryConsumer implements RocketMQListener<MessageExt> {
    static final int MAX_RETRIES = 2;

    private final Stock stock;
    private final ObjectMapper json;

    InventoryConsumer(Stock stock, ObjectMapper json) {
        this.stock = stock;
        this.json = json;
    }

    @Override
    public void onMessage(MessageExt message) {
        stock.take(order(message), message.getReconsumeTimes());
    }

    private Order order(MessageExt message) {
        try {
            return json.readValue(message.getBody(), Order.class);
        } catch (IOException e) {
            throw new UncheckedIOException("message " + message.getMsgId() + " is not an order", e);
        }
    }
}
