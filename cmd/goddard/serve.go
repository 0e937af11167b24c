package main

import (
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"goddard"
)

// serve returns the command that runs all roles until it is told to stop.
func serve() *cobra.Command {
	var o goddard.Options
	var verbose bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run name server and broker (what goddard does without a command)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			level := slog.LevelInfo
			if verbose {
				level = slog.LevelDebug
			}
			o.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
			o.Environment = os.Environ()
			server, err := goddard.Start(ctx, o)
			if err != nil {
				return err
			}
			<-ctx.Done()
			stop() // a second signal ends the process at once
			o.Logger.Info("stopping")
			err = server.Close()
			o.Logger.Info("stopped")
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Data, "data", "", "data directory (default ./goddard-data)")
	flags.StringVar(&o.ConfigFile, "config", "", "configuration: goddard.yaml, or RocketMQ's broker.conf")
	flags.StringVar(&o.NameServerConfig, "nameserver-config", "", "RocketMQ's namesrv.conf")
	flags.StringArrayVar(&o.Set, "set", nil, "one setting, section.key=value; may be repeated")
	flags.BoolVar(&verbose, "verbose", false, "log every connection and request that fails")
	return cmd
}
