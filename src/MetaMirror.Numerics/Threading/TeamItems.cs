namespace MetaMirror.Numerics;

/// <summary>Runs items on a team, or one after the other without one.</summary>
internal static class TeamItems
{
    public static void Run(WorkerTeam? team, int items, Action<int, int> body)
    {
        if (team is not null)
        {
            team.Run(items, body);
            return;
        }

        for (int item = 0; item < items; item++)
            body(item, 0);
    }
}
