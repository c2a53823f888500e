#if HAS_HANGFIRE
using Npgsql;

namespace Ziya.Benchmarks.Serve;

/// <summary>Jobs in Hangfire's tables, half of them done and half in a queue that nobody serves.</summary>
internal static class FullQueue
{
    // The rows that Hangfire itself writes for a job; a hundred thousand calls of it would take minutes.
    private const string Rows = """
        insert into hangfire.job(statename, invocationdata, arguments, createdat)
        select case when number % 2 = 0 then 'Enqueued' else 'Succeeded' end,
            '{"Type": "System.Console, System.Console", "Method": "WriteLine", "ParameterTypes": "[\"System.String\"]", "Arguments": "[\"\\\"a task\\\"\"]"}', '["\"a task\""]', now()
        from generate_series(1, @jobs) number;
        insert into hangfire.state(jobid, name, createdat, data)
        select id, statename, now(), case when statename = 'Enqueued' then jsonb_build_object('EnqueuedAt', now(), 'Queue', 'nobody')
            else jsonb_build_object('SucceededAt', now(), 'PerformanceDuration', '120', 'Latency', '33') end from hangfire.job;
        update hangfire.job set stateid = state.id from hangfire.state where state.jobid = job.id;
        insert into hangfire.jobqueue(jobid, queue) select id, 'nobody' from hangfire.job where statename = 'Enqueued';
        analyze;
        """;

    /// <summary>Fills the database of a server that has made its tables.</summary>
    public static void Fill(string connection, int jobs)
    {
        using var database = new NpgsqlConnection(connection);
        database.Open();
        using var command = new NpgsqlCommand(Rows, database) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("jobs", jobs);
        command.ExecuteNonQuery();
    }
}
#endif
