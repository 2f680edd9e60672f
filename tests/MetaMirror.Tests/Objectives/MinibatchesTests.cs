using MetaMirror.Objectives;

namespace MetaMirror.Tests.Objectives;

public sealed class MinibatchesTests
{
    /// <summary>From an independent implementation of Philox4x32-10 and Lemire's bounded integers: the layout is a promise.</summary>
    [Fact]
    public void Draws_are_the_golden_ones()
    {
        var digits = new Minibatches(1347, 8);
        Assert.Equal([1116, 1330, 932, 284, 780, 179, 174, 469], digits.Draw(new BatchKey(42, 3, 1, 7)).ToArray());
        Assert.Equal([7, 2, 5, 6, 9, 1, 8, 7, 3, 0, 3, 2], new Minibatches(10, 12).Draw(new BatchKey((5ul << 32) | 6, 0, 0, 0)).ToArray());
        Assert.Equal([0, 7, 4, 9, 3, 1, 8, 5, 2, 6], new Minibatches(10, 10, BatchOrder.Epochs).Draw(new BatchKey(42, 2, 1, 7)).ToArray());
    }

    /// <summary>CASES A41: 100 examples in batches of 23, ten draws; the remainder is a batch of 8, and every epoch has every example once.</summary>
    [Fact]
    public void Epochs_handle_the_remainder()
    {
        var batches = new Minibatches(100, 23, BatchOrder.Epochs);
        var orders = new List<int[]>();
        for (int epoch = 0; epoch < 2; epoch++)
        {
            var seen = new List<int>();
            for (int i = 0; i < 5; i++)
            {
                ReadOnlySpan<int> drawn = batches.Draw(new BatchKey(1, (uint)((5 * epoch) + i), 0, 0));
                Assert.Equal(i < 4 ? 23 : 8, drawn.Length);
                seen.AddRange(drawn.ToArray());
            }

            Assert.Equal(Enumerable.Range(0, 100), seen.Order());
            orders.Add([.. seen]);
        }

        Assert.NotEqual(orders[0], orders[1]);
    }

    /// <summary>CASES A41, the other policy: four full batches an epoch, no example twice in one.</summary>
    [Fact]
    public void Epochs_may_drop_the_remainder()
    {
        var batches = new Minibatches(100, 23, BatchOrder.EpochsDropRemainder);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            var seen = new HashSet<int>();
            for (int i = 0; i < 4; i++)
            {
                int[] drawn = batches.Draw(new BatchKey(1, (uint)((4 * epoch) + i), 0, 0)).ToArray();
                Assert.Equal(23, drawn.Length);
                Assert.All(drawn, e => Assert.True(seen.Add(e)));
            }
        }
    }

    [Fact]
    public void Any_batch_can_be_drawn_again_alone()
    {
        foreach (BatchOrder order in Enum.GetValues<BatchOrder>())
        {
            var batches = new Minibatches(50, 7, order);
            BatchKey key = new(9, 4, 2, 1);
            int[] first = batches.Draw(key).ToArray();
            batches.Draw(key.At(40));
            batches.Draw(BatchKey.Full);
            Assert.Equal(first, batches.Draw(key).ToArray());
            Assert.Equal(first, new Minibatches(50, 7, order).Draw(key).ToArray());
            Assert.NotEqual(first, batches.Draw(key.At(5)).ToArray());
            if (order == BatchOrder.InOrder)
                continue;
            Assert.NotEqual(first, batches.Draw(key with { Task = 2 }).ToArray());
            Assert.NotEqual(first, batches.Draw(key with { Seed = 8 }).ToArray());
            Assert.NotEqual(first, batches.Draw(key with { OuterStep = 3 }).ToArray());
        }
    }

    /// <summary>Every epoch the same batches, the last of 8, whatever the seed; also far on, and with batches longer than all examples.</summary>
    [Fact]
    public void In_order_every_epoch_goes_through_the_examples_as_they_lie()
    {
        var batches = new Minibatches(100, 23, BatchOrder.InOrder);
        Assert.Equal(23, batches.MaximumSize);
        for (int t = 0; t < 12; t++)
        {
            int start = t % 5 * 23, count = t % 5 < 4 ? 23 : 8;
            foreach (uint step in (uint[])[(uint)t, 4_000_000_000u + (uint)t])
            {
                var key = new BatchKey((ulong)t, step, 3, 4);
                Assert.Equal(Enumerable.Range(start, count), batches.Draw(key).ToArray());
                Assert.True(batches.LiesInOrder(key, out int first, out int length));
                Assert.Equal((start, count), (first, length));
            }
        }

        Assert.Equal([0, 1, 2, 3, 4], new Minibatches(5, int.MaxValue, BatchOrder.InOrder).Draw(new BatchKey(1, 3, 0, 0)).ToArray());
        Assert.True(batches.LiesInOrder(BatchKey.Full, out int all, out int rows));
        Assert.Equal((0, 100), (all, rows));
        Assert.False(new Minibatches(100, 23, BatchOrder.Epochs).LiesInOrder(new BatchKey(1, 0, 0, 0), out _, out _));
    }

    [Fact]
    public void The_full_key_is_everything_in_order()
    {
        Assert.Equal([0, 1, 2, 3, 4], new Minibatches(5, 2).Draw(BatchKey.Full).ToArray());
    }

    [Fact]
    public void Bad_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Minibatches(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Minibatches(5, 0));
        Assert.Contains("no batch", Assert.Throws<ArgumentOutOfRangeException>(() => new Minibatches(5, 6, BatchOrder.EpochsDropRemainder)).Message, StringComparison.Ordinal);
        Assert.Equal(5, new Minibatches(5, 6, BatchOrder.Epochs).Draw(new BatchKey(1, 3, 0, 0)).Length);
        Assert.Equal(6, new Minibatches(5, 6).Draw(new BatchKey(1, 3, 0, 0)).Length);
    }
}
