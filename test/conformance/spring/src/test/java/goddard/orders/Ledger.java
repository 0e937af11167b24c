package goddard.orders;

import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/** Everything that the consumers of a shop, or of several, were given, in order of arrival. Safe for concurrent use. */
final class Ledger {
    enum Consumer { INVENTORY, NOTIFICATION, MONITORING }

    record Delivery(Consumer consumer, Order order, int attempt, long nanos) {}

    private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();

    void note(Consumer consumer, Order order, int attempt) {
        deliveries.add(new Delivery(consumer, order, attempt, System.nanoTime()));
    }

    /** The deliveries of one order to one consumer. */
    List<Delivery> of(Consumer consumer, Order order) {
        return deliveries.stream().filter(d -> d.consumer() == consumer && d.order().id().equals(order.id())).toList();
    }

    /** The IDs of all orders that a consumer got, each as often as it came. */
    List<String> ids(Consumer consumer) {
        return deliveries.stream().filter(d -> d.consumer() == consumer).map(d -> d.order().id()).sorted().toList();
    }

    /** The same of these orders only. */
    List<String> ids(Consumer consumer, Collection<Order> orders) {
        Set<String> wanted = orders.stream().map(Order::id).collect(Collectors.toSet());
        return ids(consumer).stream().filter(wanted::contains).toList();
    }

    /** Whether a consumer got each of these orders at least once. */
    boolean hasAll(Consumer consumer, Collection<Order> orders) {
        return Set.copyOf(ids(consumer)).containsAll(orders.stream().map(Order::id).toList());
    }

    /** The IDs of orders as a ledger without losses and repetitions gives them back. */
    static List<String> once(Collection<Order> orders) {
        return orders.stream().map(Order::id).sorted().toList();
    }
}
