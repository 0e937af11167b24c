package goddard.orders;

import static goddard.orders.Ledger.Consumer.INVENTORY;
import static goddard.orders.Ledger.Consumer.MONITORING;
import static goddard.orders.Ledger.Consumer.NOTIFICATION;
import static goddard.orders.Shop.SOON;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/**
 * The very first start of a group, whose consumers say nothing about where to begin: they lose nothing.
 *
 * <p>The original can lose what is sent between two of a starting consumer's requests. For a queue without messages it answers
 * the question for the group's offset with "none", the client then asks for the queue's end and begins there, and a message that arrived
 * between the two is never delivered. Goddard answers with offset 0 as long as nothing was deleted from the queue. So the tests
 * keep sending while consumers start, but for the original they pause until all queues are taken.
 */
class FirstStartTest {
    @Test
    void consumersStartedAfterTheOrdersStillGetThem() {
        Names names = Names.unique("older");
        List<Order> created;
        List<Order> purchased;
        try (Shop shop = Shop.openWithoutConsumers(names)) {
            created = shop.initialize(10);
            purchased = shop.purchase(20);
        }
        Ledger ledger = new Ledger();
        try (Shop shop = Shop.open(names, ledger)) {
            awaitExactly(shop, ledger, created, purchased);
        }
    }

    @Test
    void consumersThatWaitForTheTopicGetItsFirstOrders() {
        Names names = Names.unique("younger");
        Ledger ledger = new Ledger();
        try (Shop shop = Shop.open(names, ledger)) {
            List<Order> created = new ArrayList<>(shop.initialize(10));
            List<Order> purchased = new ArrayList<>(shop.purchase(10));
            sellWhileStarting(shop, shop, created, purchased);
            awaitExactly(shop, ledger, created, purchased);
        }
    }

    @Test
    void consumersStartWhileTheTopicIsCreated() {
        Names names = Names.unique("same_second");
        Ledger ledger = new Ledger();
        try (Shop seller = Shop.openWithoutConsumers(names)) {
            List<Order> created = new ArrayList<>(seller.initialize(1));
            List<Order> purchased = new ArrayList<>(seller.purchase(1));
            try (Shop shop = Shop.open(names, ledger)) {
                sellWhileStarting(seller, shop, created, purchased);
                for (int i = 0; i < 20; i++) {
                    created.addAll(seller.initialize(1));
                    purchased.addAll(seller.purchase(5));
                }
                awaitExactly(shop, ledger, created, purchased);
            }
        }
    }

    /** Sells until the consumers have taken all queues; for the original it only waits for that. */
    private static void sellWhileStarting(Shop seller, Shop shop, List<Order> created, List<Order> purchased) {
        if (Server.isOriginal()) {
            shop.awaitAssigned();
            return;
        }
        while (!shop.isAssigned()) {
            created.addAll(seller.initialize(1));
            purchased.addAll(seller.purchase(1));
        }
    }

    /** Waits until the groups have everything, and checks that they have nothing twice and nothing of another tag. */
    private static void awaitExactly(Shop shop, Ledger ledger, List<Order> created, List<Order> purchased) {
        await().atMost(SOON).until(() -> ledger.hasAll(INVENTORY, purchased) && ledger.hasAll(NOTIFICATION, purchased)
            && ledger.hasAll(MONITORING, created));
        shop.awaitConsumed();
        assertEquals(Ledger.once(purchased), ledger.ids(INVENTORY));
        assertEquals(Ledger.once(purchased), ledger.ids(NOTIFICATION));
        assertEquals(Ledger.once(created), ledger.ids(MONITORING));
    }
}
