// Orders tells the story of a small shop with the official RocketMQ client.
//
// The shop publishes what happens to its orders: one is created, and perhaps
// purchased. Three parts of the shop follow, each a consumer group of its own
// that asks for the events it is interested in:
//
//	inventory      order_purchased   takes the products from the stock
//	notification   order_purchased   sends the receipts
//	monitoring     order_created     counts
//
// Start a broker, then:
//
//	go -C examples run ./orders
//
// The name server is 127.0.0.1:9876 unless NAMESRV_ADDR says otherwise.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/apache/rocketmq-client-go/v2/rlog"
)

func main() {
	rlog.SetLogLevel("fatal") // the client tells every step; errors are returned too
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("the events did not arrive within a minute"))
	defer cancel()

	if err := run(ctx, cmp.Or(os.Getenv("NAMESRV_ADDR"), "127.0.0.1:9876")); err != nil {
		fmt.Fprintln(os.Stderr, "orders:", err)
		os.Exit(1)
	}
}

// run publishes two events for each of some orders, and returns when every
// group has what it asked for.
func run(ctx context.Context, nameServer string) error {
	fmt.Println("the shop publishes to", topic, "at", nameServer)
	shop, err := openShop(nameServer)
	if err != nil {
		return err
	}
	defer shop.close()
	orders := []order{
		{Product: "espresso cup", Quantity: 2, Price: 9.90, Customer: "Ada"},
		{Product: "reading lamp", Quantity: 1, Price: 49.00, Customer: "Grace"},
		{Product: "notebook", Quantity: 5, Price: 3.20, Customer: "Rob"},
	}
	for i := range orders {
		if err := shop.create(ctx, &orders[i]); err != nil {
			return err
		}
	}
	for i := range orders[:2] { // Rob changes his mind
		if err := shop.purchase(ctx, &orders[i]); err != nil {
			return err
		}
	}

	parts := []*part{
		{name: "inventory", event: purchased, wants: orders[:2], act: func(o order) string {
			return fmt.Sprintf("takes %d x %s from the stock", o.Quantity, o.Product)
		}},
		{name: "notification", event: purchased, wants: orders[:2], act: func(o order) string {
			return fmt.Sprintf("sends %s a receipt over %.2f", o.Customer, float64(o.Quantity)*o.Price)
		}},
		{name: "monitoring", event: created, wants: orders, act: func(o order) string {
			return fmt.Sprintf("counts a created order of %s", o.Customer)
		}},
	}
	for _, p := range parts {
		if err := p.start(nameServer); err != nil {
			return fmt.Errorf("start %s: %w", p.name, err)
		}
		defer p.close()
	}
	for _, p := range parts {
		if err := p.wait(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	fmt.Println("every part of the shop got its events")
	return nil
}
