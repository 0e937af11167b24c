package goddard.orders;

import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** How many orders were created since the service started. */
@Component
class Counter {
    private static final Logger log = LoggerFactory.getLogger(Counter.class);

    private final AtomicLong created = new AtomicLong();

    void count(Order order) {
        log.info("order {} is number {}", order.id(), created.incrementAndGet());
    }
}
