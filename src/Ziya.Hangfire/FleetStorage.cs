using System.Data.Common;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Npgsql;
using Ziya.Pipeline.Execution;

namespace Ziya.Hangfire;

/// <summary>Where Hangfire keeps its jobs.</summary>
public static class FleetStorage
{
    /// <summary>The name of the storage that lives as long as the process.</summary>
    public const string Memory = "memory";

    private static readonly TimeSpan UsualSilence = TimeSpan.FromMinutes(1);

    /// <summary>Opens a storage.</summary>
    /// <param name="connection"><c>memory</c>, which is for one process, or a connection string of PostgreSQL, for as many as reach it.</param>
    /// <param name="silence">
    /// A task is another worker's when its own has not been heard of for so long. A worker that lives says so every few seconds, however long a task takes. Default a minute.
    /// </param>
    /// <exception cref="JobFailedException">The database cannot be used.</exception>
    public static JobStorage Open(string connection, TimeSpan? silence = null)
    {
        if (connection == Memory)
        {
            return new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromDays(7) });
        }

        try
        {
            // Asked once before Hangfire is: that tries on and on, and tells nobody why.
            using (var asked = new NpgsqlConnection(connection))
            {
                asked.Open();
            }

            return new SessionLockedStorage(new PostgreSqlStorageFactory(connection), new PostgreSqlStorageOptions
            {
                InvisibilityTimeout = silence ?? UsualSilence,
                UseSlidingInvisibilityTimeout = true,
                QueuePollInterval = TimeSpan.FromSeconds(1),
                EnableLongPolling = true,
            });
        }
        catch (Exception exception) when (exception is DbException or ArgumentException)
        {
            throw new JobFailedException($"--storage: PostgreSQL cannot be used: {exception.Message.TrimEnd('.')}. It is a connection string like Host=db;Username=ziya;Password=...;Database=ziya, or memory.", exception);
        }
    }
}

/// <summary>Makes connections of one connection string.</summary>
internal sealed class PostgreSqlStorageFactory(string connection) : IConnectionFactory
{
    private readonly string _connection = Heard(connection);

    /// <inheritdoc/>
    public NpgsqlConnection GetOrCreateConnection() => new(_connection);

    /// <summary>
    /// Either end asks after the other when it says nothing, unless the string says how: one behind a broken network would be waited for without end, and its locks with it.
    /// </summary>
    private static string Heard(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        if (!builder.TcpKeepAlive && builder.KeepAlive == 0)
        {
            (builder.TcpKeepAlive, builder.TcpKeepAliveTime, builder.TcpKeepAliveInterval) = (true, 10, 5);
        }

        builder.Options ??= "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4";

        return builder.ConnectionString;
    }
}
