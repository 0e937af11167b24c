package goddard.orders;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What the warehouse has of each product; a product that nobody has ordered before starts with a thousand pieces. */
@Component
class Stock {
    private static final Logger log = LoggerFactory.getLogger(Stock.class);
    private static final int INITIAL = 1_000;

    private final ConcurrentMap<String, Integer> pieces = new ConcurrentHashMap<>();

    /** Lowers the stock by the order's quantity, or throws and leaves it as it is. The attempt is 0 the first time. */
    void take(Order order, int attempt) {
        int left = pieces.compute(order.product(), (product, n) -> {
            int have = n == null ? INITIAL : n;
            if (have < order.quantity()) {
                throw new IllegalStateException("order " + order.id() + " wants " + order.quantity() + " of " + product
                    + ", there are " + have + " (attempt " + attempt + ")");
            }
            return have - order.quantity();
        });
        log.info("order {}: {} of {} left", order.id(), left, order.product());
    }
}
