// Goddard is a message broker for RocketMQ's clients: name server and broker
// in one process.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	if err := root().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "goddard:", err)
		os.Exit(1)
	}
}

// root returns the command; without a subcommand it serves.
func root() *cobra.Command {
	serving := serve()
	cmd := &cobra.Command{
		Use:           "goddard",
		Short:         "A message broker for RocketMQ's clients",
		Long:          "Goddard is a message broker that works with the clients and tools of Apache RocketMQ.\nWithout a command it serves: name server and broker, on loopback, with data in ./goddard-data.",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          serving.RunE,
	}
	cmd.Flags().AddFlagSet(serving.Flags())
	cmd.AddCommand(serving, version())
	return cmd
}
