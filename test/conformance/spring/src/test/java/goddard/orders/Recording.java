package goddard.orders;

import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.spring.support.DefaultRocketMQListenerContainer;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** The application's services with a ledger beside them, and clients that refresh routes and save offsets every second. */
@Configuration(proxyBeanMethods = false)
class Recording {
    @Bean
    @Primary
    Stock recordedStock(Ledger ledger) {
        return new Stock() {
            @Override
            void take(Order order, int attempt) {
                ledger.note(Ledger.Consumer.INVENTORY, order, attempt);
                super.take(order, attempt);
            }
        };
    }

    @Bean
    @Primary
    Receipts recordedReceipts(Ledger ledger) {
        return new Receipts() {
            @Override
            void send(Order order) {
                ledger.note(Ledger.Consumer.NOTIFICATION, order, 0);
                super.send(order);
            }
        };
    }

    @Bean
    @Primary
    Counter recordedCounter(Ledger ledger) {
        return new Counter() {
            @Override
            void count(Order order) {
                ledger.note(Ledger.Consumer.MONITORING, order, 0);
                super.count(order);
            }
        };
    }

    @Bean
    static BeanPostProcessor brisk() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof DefaultMQProducer producer) {
                    hurry(producer);
                } else if (bean instanceof DefaultRocketMQListenerContainer container) {
                    hurry(container.getConsumer());
                }
                return bean;
            }

            private void hurry(ClientConfig client) {
                client.setPollNameServerInterval(1_000);
                client.setPersistConsumerOffsetInterval(1_000);
            }
        };
    }
}
