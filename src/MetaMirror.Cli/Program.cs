using MetaMirror.Cli;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Terminals;

using var interruption = new Interruption(Console.Error, Environment.Exit);
return new Application(SystemTerminal.Open(), EngineSet.Shipped).Run(args, interruption.Token);
