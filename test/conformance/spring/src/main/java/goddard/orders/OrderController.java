package goddard.orders;

import java.util.concurrent.CompletableFuture;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Takes orders. The answer is 201 once the broker has acknowledged the event, and 503 when it has not. */
@RestController
@RequestMapping("/orders")
class OrderController {
    private final OrderEvents events;

    OrderController(OrderEvents events) {
        this.events = events;
    }

    @PostMapping("/initialize")
    @ResponseStatus(HttpStatus.CREATED)
    CompletableFuture<Order> initialize(@RequestBody Order order) {
        return events.publish(order.issued(Order.Status.CREATED), OrderEvents.CREATED);
    }

    @PostMapping("/purchase")
    @ResponseStatus(HttpStatus.CREATED)
    CompletableFuture<Order> purchase(@RequestBody Order order) {
        return events.publish(order.issued(Order.Status.PURCHASED), OrderEvents.PURCHASED);
    }
}
