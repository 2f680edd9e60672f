using System.Numerics;

namespace MetaMirror.Storage;

/// <summary>A run of a learned optimizer as a checkpoint: which optimizer, which parameters, how many steps, and the rule's state.</summary>
internal static class OptimizerRunFile
{
    private const string Kind = "metamirror-run";
    private const int Version = 1;

    public static void Write<T>(Stream stream, OptimizerRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string description = LayoutJson.Text(json =>
        {
            json.WriteStartObject();
            json.WriteString("optimizer", run.Optimizer.Fingerprint);
            json.WriteString("elementType", ElementBytes.NameOf<T>());
            json.WriteNumber("steps", run.Steps);
            json.WriteNumber("stepsTaken", run.StepsTaken);
            json.WriteString("layout", LayoutJson.Write(run.Layout));
            json.WriteEndObject();
        });
        CheckpointWriter.Write(stream, new CheckpointContainer(Kind, Version,
            [new("description", ElementBytes.OfText(description)), new("state", ElementBytes.Of<T>(run.State))]));
    }

    public static OptimizerRun<T> Read<T>(Stream stream, LearnedOptimizer<T> learned, CheckpointLimits? limits)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckpointContainer file = CheckpointReader.Read(stream, Kind, Version, limits);
        JsonFields fields = JsonFields.Parse(file.Section("description"), "run");
        ElementBytes.RequireType<T>(fields.Text("elementType"), "run");
        string optimizer = fields.Text("optimizer");
        if (optimizer != learned.Fingerprint)
            throw new StorageException($"run: expected the optimizer with SHA-256 {learned.Fingerprint}, found a run of {Quoted.Text(optimizer)}");
        ParameterLayout layout = LayoutJson.Read(fields.Text("layout"));
        (int steps, int taken) = (fields.Integer("steps", 1), fields.Integer("stepsTaken"));
        fields.Done();
        if (!OptimizerRun<T>.SameShapes(learned.Layout, layout))
            throw new StorageException($"run: expected the shapes that '{learned.Name}' was learned for, found others");
        var run = new OptimizerRun<T>(learned, layout, steps) { StepsTaken = taken };
        ElementBytes.CopyTo(file.Section("state").Span, run.State, "run, state");
        return run;
    }
}
