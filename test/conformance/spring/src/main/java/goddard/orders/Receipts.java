package goddard.orders;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Sends receipts to customers. */
@Component
class Receipts {
    private static final Logger log = LoggerFactory.getLogger(Receipts.class);

    void send(Order order) {
        log.info("order {}: {} pays {} for {} of {}", order.id(), order.customer(), order.price(), order.quantity(), order.product());
    }
}
