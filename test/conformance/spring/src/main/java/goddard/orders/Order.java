package goddard.orders;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

/** An order. A customer sends product, quantity, price and customer; the service adds the rest. */
public record Order(String id, Instant time, Status status, String product, int quantity, BigDecimal price, String customer) {

    public enum Status { CREATED, PURCHASED }

    /** This order under a new ID, at the present time, in the given status. */
    Order issued(Status status) {
        return new Order(UUID.randomUUID().toString(), Instant.now(), status, product, quantity, price, customer);
    }
}
