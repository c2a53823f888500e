using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;

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
    /// A task is another worker's when its own has not been heard of for so long, and a lock anybody's. A worker that lives says so every few seconds, however long a task takes. Default a minute.
    /// </param>
    public static JobStorage Open(string connection, TimeSpan? silence = null) => connection == Memory
        ? new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromDays(7) })
        : new PostgreSqlStorage(new PostgreSqlStorageFactory(connection), new PostgreSqlStorageOptions
        {
            InvisibilityTimeout = silence ?? UsualSilence,

            // A lock is a row that a database which was killed still holds when it is back. Two that hold one at once do the same thing twice, which does no harm here.
            DistributedLockTimeout = silence ?? UsualSilence,
            UseSlidingInvisibilityTimeout = true,
            QueuePollInterval = TimeSpan.FromSeconds(1),
            EnableLongPolling = true,
        });
}

/// <summary>Makes connections of one connection string.</summary>
internal sealed class PostgreSqlStorageFactory(string connection) : IConnectionFactory
{
    /// <inheritdoc/>
    public Npgsql.NpgsqlConnection GetOrCreateConnection() => new(connection);
}
