package goddard.orders;

import java.util.UUID;

/** Topic and groups of one shop. */
record Names(String topic, String inventory, String notification, String monitoring) {
    /** As in application.yaml. One test class at a time may use them. */
    static final Names USUAL =
        new Names("order_events_topic", "inventory_consumer_group", "notification_consumer_group", "monitoring_consumer_group");

    /** Names that nobody else has. */
    static Names unique(String purpose) {
        String name = purpose + "_" + UUID.randomUUID().toString().substring(0, 8);
        return new Names(name, "inventory_" + name, "notification_" + name, "monitoring_" + name);
    }
}
