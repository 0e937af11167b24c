package goddard.orders;

import java.util.concurrent.CompletableFuture;

import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/** Publishes what happens to orders, one tag for each kind of event. */
@Component
class OrderEvents {
    static final String CREATED = "order_created";
    static final String PURCHASED = "order_purchased";

    private static final Logger log = LoggerFactory.getLogger(OrderEvents.class);

    private final RocketMQTemplate rocketMQTemplate;
    private final String topic;

    OrderEvents(RocketMQTemplate rocketMQTemplate, @Value("${orders.topic}") String topic) {
        this.rocketMQTemplate = rocketMQTemplate;
        this.topic = topic;
    }

    /** Completes with the order when the broker has stored the event, and exceptionally when nobody knows whether it has. */
    CompletableFuture<Order> publish(Order order, String tag) {
        CompletableFuture<Order> published = new CompletableFuture<>();
        rocketMQTemplate.asyncSend(topic + ":" + tag, order, new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                if (result.getSendStatus() == SendStatus.SEND_OK) {
                    published.complete(order);
                } else {
                    onException(new IllegalStateException("the broker answered " + result.getSendStatus()));
                }
            }

            @Override
            public void onException(Throwable cause) {
                log.warn("order {} is not published: {}", order.id(), cause.toString());
                published.completeExceptionally(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "try again", cause));
            }
        });
        return published;
    }
}
