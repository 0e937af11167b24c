package goddard.orders;

import static goddard.orders.Ledger.Consumer.INVENTORY;
import static goddard.orders.Ledger.Consumer.NOTIFICATION;
import static goddard.orders.Shop.SOON;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it kills the broker that all tests use")
class KilledBrokerTest {
    /**
     * Customers purchase all the time. The inventory consumes while the broker is killed and started again, the notification starts only
     * afterwards. Purchases that were not acknowledged may be there or not, and what was consumed shortly before may come again.
     */
    @Test
    void noAcknowledgedOrderIsLostAndBothSidesReconnect() throws Exception {
        Names names = Names.unique("killed");
        Ledger ledger = new Ledger();
        Queue<Order> acknowledged = new ConcurrentLinkedQueue<>();
        ScheduledExecutorService customers = Executors.newSingleThreadScheduledExecutor();
        try (Shop shop = Shop.open(names, ledger, Shop.without(names, names.notification()))) {
            shop.openCarefully();
            customers.scheduleAtFixedRate(
                () -> shop.purchase(Shop.order("book", 1, "regular")).thenAccept(acknowledged::add), 0, 20, TimeUnit.MILLISECONDS);
            await().atMost(SOON).until(() -> acknowledged.size() >= 100 && ledger.hasAll(INVENTORY, List.copyOf(acknowledged)));

            Server.kill();
            int before = acknowledged.size();
            Server.start();
            await("orders after the restart").atMost(SOON).until(() -> acknowledged.size() >= before + 100);
            customers.shutdown();
            customers.awaitTermination(10, TimeUnit.SECONDS);

            List<Order> orders = settled(acknowledged);
            await("inventory").atMost(SOON).until(() -> ledger.hasAll(INVENTORY, orders));
            try (Shop late = Shop.open(names, ledger, Shop.without(names, names.inventory(), names.monitoring()))) {
                await("notification").atMost(SOON).until(() -> ledger.hasAll(NOTIFICATION, orders));
                late.awaitConsumed();
                assertEquals(ledger.ids(NOTIFICATION).stream().distinct().toList(), ledger.ids(NOTIFICATION),
                    "the group started after the restart gets nothing twice");
            }
        } finally {
            customers.shutdownNow();
        }
    }

    /** The acknowledged orders once the answers to the last purchases have come. */
    private static List<Order> settled(Queue<Order> acknowledged) {
        List<Integer> sizes = new ArrayList<>();
        await().atMost(SOON).pollInterval(Duration.ofMillis(500)).until(() -> {
            sizes.add(acknowledged.size());
            return sizes.size() > 1 && sizes.get(sizes.size() - 1).equals(sizes.get(sizes.size() - 2));
        });
        return List.copyOf(acknowledged);
    }
}
