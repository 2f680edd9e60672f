using MetaMirror.Experiments.Optimism;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Optimism;

public sealed class GameStudyTests
{
    [Fact]
    public void Descent_ascent_leaves_the_saddle_point_and_optimism_reaches_it()
    {
        IReadOnlyList<GameFigure> games = GameStudy.Run(OptimismSizes.Smoke, 1, new WorkerTeam(2), null, default);
        Assert.Equal(2 * 6, games.Count);
        foreach (GameFigure game in games)
        {
            bool plain = string.Equals(game.Optimizer, "gradient descent-ascent", StringComparison.Ordinal);
            Assert.Equal(!plain, game.Converges);
            Assert.Equal(1, game.Distance[0], 1e-15);
            Assert.Equal(game.Final, game.Distance[^1]);

            // In one dimension each step multiplies the distance by sqrt(1 + eta^2).
            if (plain && game.Dimension == 1)
                Assert.Equal(Math.Pow(1 + (game.Rate * game.Rate), OptimismSizes.Smoke.GameSteps / 2.0), game.Final, 1e-10);
        }
    }
}
