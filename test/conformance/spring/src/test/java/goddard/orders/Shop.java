package goddard.orders;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetRequestHeader;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.apache.rocketmq.spring.support.DefaultRocketMQListenerContainer;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The order application, running on a free port against the server under test, and its customers. */
final class Shop implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(60);

    private final ServletWebServerApplicationContext application;
    private final Names names;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json;

    private Shop(ServletWebServerApplicationContext application, Names names) {
        this.application = application;
        this.names = names;
        this.json = application.getBean(ObjectMapper.class);
    }

    /** Starts the application with all three consumers; their deliveries are noted in the ledger. */
    static Shop open(Names names, Ledger ledger, Class<?>... more) {
        return open(names, ledger, List.of(), more);
    }

    /** Starts it without its consumers. */
    static Shop openWithoutConsumers(Names names) {
        return open(names, new Ledger(), without(names, names.inventory(), names.notification(), names.monitoring()));
    }

    /** The settings that keep the consumers of these groups from starting. */
    static List<String> without(Names names, String... groups) {
        List<String> settings = new ArrayList<>();
        for (String group : groups) {
            settings.add("--rocketmq.consumer.listeners[" + group + "][" + names.topic() + "]=false");
        }
        return settings;
    }

    static Shop open(Names names, Ledger ledger, List<String> settings, Class<?>... more) {
        List<String> arguments = new ArrayList<>(settings);
        arguments.add("--server.port=0");
        arguments.add("--rocketmq.name-server=" + Server.nameServer());
        arguments.add("--orders.topic=" + names.topic());
        arguments.add("--orders.groups.inventory=" + names.inventory());
        arguments.add("--orders.groups.notification=" + names.notification());
        arguments.add("--orders.groups.monitoring=" + names.monitoring());
        SpringApplicationBuilder builder = new SpringApplicationBuilder(OrderApplication.class, Recording.class).sources(more)
            .logStartupInfo(false).bannerMode(Banner.Mode.OFF)
            .initializers(context -> ((GenericApplicationContext) context).registerBean(Ledger.class, () -> ledger));
        return new Shop((ServletWebServerApplicationContext) builder.run(arguments.toArray(String[]::new)), names);
    }

    <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    RocketMQTemplate template() {
        return bean(RocketMQTemplate.class);
    }

    /** What a customer sends. */
    static Order order(String product, int quantity, String customer) {
        return new Order(null, null, null, product, quantity, new BigDecimal("19.90"), customer);
    }

    /** Posts an order; completes with the order as the shop acknowledged it, or exceptionally when it did not. */
    CompletableFuture<Order> post(String path, Order order) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + application.getWebServer().getPort() + path))
                .header("Content-Type", "application/json").timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(order))).build();
            return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()).thenApply(this::acknowledged);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Order acknowledged(HttpResponse<byte[]> response) {
        if (response.statusCode() != 201) {
            throw new IllegalStateException(response.uri().getPath() + " answered " + response.statusCode());
        }
        try {
            return json.readValue(response.body(), Order.class);
        } catch (IOException e) {
            throw new IllegalStateException("the answer of " + response.uri().getPath() + " is not an order", e);
        }
    }

    CompletableFuture<Order> initialize(Order order) {
        return post("/orders/initialize", order);
    }

    CompletableFuture<Order> purchase(Order order) {
        return post("/orders/purchase", order);
    }

    /** n customers purchase one book each at the same time; all are acknowledged when it returns. */
    List<Order> purchase(int n) {
        return join(IntStream.range(0, n).mapToObj(i -> purchase(order("book", 1, "customer " + i))).toList());
    }

    /** The same for orders that are only created. */
    List<Order> initialize(int n) {
        return join(IntStream.range(0, n).mapToObj(i -> initialize(order("book", 1, "customer " + i))).toList());
    }

    private static List<Order> join(Collection<CompletableFuture<Order>> orders) {
        return orders.stream().map(CompletableFuture::join).toList();
    }

    /** Waits until every group of this shop has committed everything that is in the topic at the moment of the call. */
    void awaitConsumed() {
        for (DefaultMQPushConsumer consumer : consumers()) {
            Map<MessageQueue, Long> ends = new HashMap<>();
            try {
                for (MessageQueue queue : consumer.fetchSubscribeMessageQueues(names.topic())) {
                    ends.put(queue, consumer.maxOffset(queue));
                }
            } catch (Exception e) {
                throw new IllegalStateException("ask for the ends of " + names.topic(), e);
            }
            await("all of " + ends + " committed by " + consumer.getConsumerGroup()).atMost(SOON)
                .until(() -> ends.entrySet().stream().allMatch(end -> committed(consumer, end.getKey()) >= end.getValue()));
        }
    }

    /** Waits until the consumers of this shop have taken all queues of the topic and know where to begin in each. */
    void awaitAssigned() {
        await("queues of " + names.topic()).atMost(SOON).until(this::isAssigned);
    }

    /** What the original needs before a shop with new groups sells in earnest (FirstStartTest says why); nothing for Goddard. */
    void openCarefully() {
        if (Server.isOriginal()) {
            initialize(1);
            awaitAssigned();
        }
    }

    boolean isAssigned() {
        for (DefaultMQPushConsumer consumer : consumers()) {
            try {
                if (!consumer.getDefaultMQPushConsumerImpl().getRebalanceImpl().getProcessQueueTable().keySet()
                    .containsAll(consumer.fetchSubscribeMessageQueues(names.topic()))) {
                    return false;
                }
            } catch (MQClientException noSuchTopicYet) {
                return false;
            }
        }
        return true;
    }

    private List<DefaultMQPushConsumer> consumers() {
        return application.getBeansOfType(DefaultRocketMQListenerContainer.class).values().stream()
            .filter(container -> container.getTopic().equals(names.topic()))
            .map(DefaultRocketMQListenerContainer::getConsumer).toList();
    }

    /** What the broker says that the group has committed; 0 when nothing. The consumer's own view is left alone. */
    private static long committed(DefaultMQPushConsumer consumer, MessageQueue queue) {
        MQClientInstance client = consumer.getDefaultMQPushConsumerImpl().getmQClientFactory();
        QueryConsumerOffsetRequestHeader header = new QueryConsumerOffsetRequestHeader();
        header.setConsumerGroup(consumer.getConsumerGroup());
        header.setTopic(queue.getTopic());
        header.setQueueId(queue.getQueueId());
        header.setBrokerName(queue.getBrokerName());
        try {
            return client.getMQClientAPIImpl().queryConsumerOffset(client.findBrokerAddressInPublish(queue.getBrokerName()), header, 3_000);
        } catch (MQBrokerException nothingCommitted) {
            return 0;
        } catch (Exception e) {
            throw new IllegalStateException("ask for the offset of " + consumer.getConsumerGroup() + " in " + queue, e);
        }
    }

    @Override
    public void close() {
        application.close();
    }
}
